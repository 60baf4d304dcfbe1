//! The same query by hand.

use std::net::SocketAddr;

use crate::exchange::Transport;
use crate::name;
use crate::query::{Checking, Extension, Form, Question, Recursion};

/// The command line of `dig` that asks the same of the same server.
pub(super) fn command(server: SocketAddr, question: &Question, form: Form, over: Transport) -> String {
    let mut command = format!("dig @{}", server.ip());
    if server.port() != 53 {
        command.push_str(&format!(" -p {}", server.port()));
    }
    command.push_str(&format!(" {} {}", quoted(&name::text(&question.name)), question.kind.name()));
    let options = [
        (form.recursion == Recursion::NotDesired, " +norecurse"),
        (form.checking == Checking::Disabled, " +cd"),
        (form.extension == Extension::Plain, " +noedns"),
        (over == Transport::Tcp, " +tcp"),
    ];
    for (_, option) in options.iter().filter(|(set, _)| *set) {
        command.push_str(option);
    }
    command
}

/// A name may hold anything; a command is copied into a shell.
fn quoted(name: &str) -> String {
    let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_'));
    if plain { name.to_owned() } else { format!("'{}'", name.replace('\'', "'\\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer::sample::question;
    use crate::kind::Kind;

    #[test]
    fn the_command_asks_the_same_of_the_same_server() {
        let server = "[2001:db8::1]:5353".parse().unwrap();
        let form = Form::UNCHECKED.plain();
        assert_eq!(
            command(server, &question("shop.test", Kind::Aaaa), form, Transport::Tcp),
            "dig @2001:db8::1 -p 5353 shop.test AAAA +cd +noedns +tcp"
        );
        let usual =
            command("192.0.2.1:53".parse().unwrap(), &question("shop.test", Kind::A), Form::USUAL, Transport::Udp);
        assert_eq!(usual, "dig @192.0.2.1 shop.test A");
    }

    #[test]
    fn a_name_cannot_become_part_of_the_shell_command() {
        let server = "192.0.2.1:53".parse().unwrap();
        let command = command(server, &question("a'$(id).test", Kind::A), Form::USUAL, Transport::Udp);
        assert_eq!(command, "dig @192.0.2.1 'a'\\''$(id).test' A");
    }
}
