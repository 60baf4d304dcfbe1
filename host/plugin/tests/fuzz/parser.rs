//! Every parser of what comes from outside, and what must hold of what it reads.

use bytes::Bytes;
use dbg_model::{Declaration, Parameter, Target, parse_arguments};
use dbg_plugin::Component;
use dbg_plugin::trust::{
    Envelope, Floors, KeyId, Moment, PayloadType, PublicKey, ReferenceTime, RevocationList, Rules, Signers, Split,
    Statement, TrustedState, VendorRoot, VendorTrust, attach, split, verify,
};

use crate::seed;

/// A parser of something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Parser {
    Section,
    Envelope,
    Statement,
    Root,
    List,
    Floors,
    Key,
    Plugin,
    Component,
    Declaration,
    Parameter,
    Target,
}

impl Parser {
    pub(crate) const ALL: [Self; 12] = [
        Self::Section,
        Self::Envelope,
        Self::Statement,
        Self::Root,
        Self::List,
        Self::Floors,
        Self::Key,
        Self::Plugin,
        Self::Component,
        Self::Declaration,
        Self::Parameter,
        Self::Target,
    ];

    /// The name of its folder.
    pub(crate) fn word(self) -> String {
        format!("{self:?}").to_lowercase()
    }

    /// What it says of an input: `read`, or why not.
    pub(crate) fn answer(self, input: &[u8]) -> String {
        self.read(input).map_or_else(|error| error, |()| "read".to_owned())
    }

    fn read(self, input: &[u8]) -> Result<(), String> {
        let text = || String::from_utf8_lossy(input).into_owned();
        match self {
            Self::Section => {
                let file = Bytes::copy_from_slice(input);
                let Split { component, envelope } = split(&file).map_err(said)?;
                let again = envelope.map_or_else(|| component.to_vec(), |it| attach(&component, &it).unwrap());
                assert_eq!(again, input, "what is taken apart is put together to the same bytes");
            }
            Self::Envelope => {
                let envelope = Envelope::parse(input, PayloadType::Statement).map_err(said)?;
                assert!((1..=16).contains(&envelope.signatures().len()));
            }
            Self::Statement => {
                let statement = Statement::parse(input).map_err(said)?;
                assert!(statement.length > 0 && statement.expires > statement.issued);
            }
            Self::Root => {
                let root = VendorRoot::read(input).map_err(said)?;
                assert_eq!(root, seed::root(), "no changed chain is another one that its keys signed");
            }
            Self::List => {
                let list = RevocationList::read(input, &seed::root(), Signers::Current).map_err(said)?;
                assert_eq!(*list.content(), seed::revocations(), "no changed list is another one that the keys signed");
            }
            Self::Floors => drop(Floors::parse(input).map_err(said)?),
            Self::Key => {
                let key = PublicKey::from_pem(&text()).map_err(said)?;
                assert_eq!(PublicKey::from_pem(&key.to_pem()).map(|key| key.id()), Ok(key.id()));
                let _: KeyId = key.id().to_string().parse().unwrap();
            }
            Self::Plugin => {
                let mut state = TrustedState::default();
                state.trust(VendorTrust::new(seed::root(), None)).unwrap();
                let now = Moment::from_seconds(seed::NOW);
                let file = Bytes::copy_from_slice(input);
                let verified = verify(&file, &state, ReferenceTime::new(now, now), Rules::default());
                let verified = verified.map_err(|error| format!("{}: {error}", error.step()))?;
                assert_eq!(*verified.value().bytes(), seed::component(), "nothing else was signed");
            }
            Self::Component => {
                let component = Component::read(Bytes::copy_from_slice(input)).map_err(said)?;
                assert!(!component.declaration().checks.is_empty());
            }
            Self::Declaration => {
                let declaration = Declaration::parse(input).map_err(said)?;
                assert!(!declaration.checks.is_empty());
            }
            Self::Parameter => {
                // What was typed for a parameter of each kind, one a line.
                let parameters: Vec<Parameter> = seed::parameters();
                let text = text();
                let typed = text.lines().zip(&parameters);
                let typed: Vec<_> = typed.map(|(value, of)| (of.name.to_string(), value.to_owned())).collect();
                let arguments =
                    parse_arguments(&parameters, &typed, &mut |_| Err("no secret".to_owned())).map_err(said)?;
                assert!(arguments.scalars().len() <= parameters.len());
            }
            Self::Target => {
                let target: Target = text().parse().map_err(said)?;
                assert_eq!(target.to_string().parse(), Ok(target));
            }
        }
        Ok(())
    }
}

fn said(error: impl std::fmt::Display) -> String {
    let text = error.to_string();
    assert!(!text.chars().any(|c| c.is_control()), "an error shows what is no text: {text:?}");
    text
}
