//! Whether a text is JSON at all, with the nesting on the heap instead of the stack.

use super::lexer::{Token, skip_space, token};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Expect {
    Value,
    ValueOrEnd,
    Key,
    KeyOrEnd,
    Colon,
    CommaOrEnd,
}

fn opened(bracket: u8) -> Expect {
    if bracket == b'{' { Expect::KeyOrEnd } else { Expect::ValueOrEnd }
}

fn closes(open: u8, close: u8) -> bool {
    matches!((open, close), (b'{', b'}') | (b'[', b']'))
}

/// One JSON value with white space around it, of any depth.
pub fn is_json(text: &str) -> bool {
    let bytes = text.as_bytes();
    let mut open: Vec<u8> = Vec::new();
    let mut expect = Expect::Value;
    let mut at = skip_space(bytes, 0);
    while at < bytes.len() {
        let Some((found, end)) = token(bytes, at) else { return false };
        let Some(next) = step(expect, found, &mut open) else { return false };
        expect = next;
        at = skip_space(bytes, end);
    }
    open.is_empty() && expect == Expect::CommaOrEnd
}

/// What may follow a token where `expect` was expected; `None` when it must not stand there.
fn step(expect: Expect, found: Token, open: &mut Vec<u8>) -> Option<Expect> {
    let value = matches!(expect, Expect::Value | Expect::ValueOrEnd);
    match found {
        Token::Open(bracket) if value => {
            open.push(bracket);
            Some(opened(bracket))
        }
        Token::Text | Token::Scalar if value => Some(Expect::CommaOrEnd),
        Token::Text if matches!(expect, Expect::Key | Expect::KeyOrEnd) => Some(Expect::Colon),
        Token::Colon if expect == Expect::Colon => Some(Expect::Value),
        Token::Comma if expect == Expect::CommaOrEnd => match open.last()? {
            b'{' => Some(Expect::Key),
            _ => Some(Expect::Value),
        },
        Token::Close(bracket) if !matches!(expect, Expect::Value | Expect::Key | Expect::Colon) => {
            closes(open.pop()?, bracket).then_some(Expect::CommaOrEnd)
        }
        _ => None,
    }
}
