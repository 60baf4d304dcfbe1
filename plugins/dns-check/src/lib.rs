//! asks every name server of the target and says which of them a person should act on
