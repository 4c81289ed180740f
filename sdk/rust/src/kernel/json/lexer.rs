//! Tokens of RFC 8259, sections 2 to 7.

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Token {
    Open(u8),
    Close(u8),
    Comma,
    Colon,
    Text,
    /// A number, `true`, `false` or `null`.
    Scalar,
}

pub(super) fn is_space(char: u8) -> bool {
    matches!(char, b' ' | b'\t' | b'\n' | b'\r')
}

/// Index of the first character from `at` on that is no white space.
pub(super) fn skip_space(text: &[u8], at: usize) -> usize {
    let spaces = text.get(at..).unwrap_or_default().iter().take_while(|char| is_space(**char));
    at + spaces.count()
}

/// The token that begins at `at`, and the index behind it; `None` when none does.
pub(super) fn token(text: &[u8], at: usize) -> Option<(Token, usize)> {
    let char = *text.get(at)?;
    match char {
        b'{' | b'[' => Some((Token::Open(char), at + 1)),
        b'}' | b']' => Some((Token::Close(char), at + 1)),
        b',' => Some((Token::Comma, at + 1)),
        b':' => Some((Token::Colon, at + 1)),
        b'"' => Some((Token::Text, end_of_text(text, at + 1)?)),
        b't' => word(text, at, b"true"),
        b'f' => word(text, at, b"false"),
        b'n' => word(text, at, b"null"),
        _ => Some((Token::Scalar, end_of_number(text, at)?)),
    }
}

fn word(text: &[u8], at: usize, word: &[u8]) -> Option<(Token, usize)> {
    text.get(at..)?.starts_with(word).then_some((Token::Scalar, at + word.len()))
}

fn end_of_text(text: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        match text.get(at)? {
            b'"' => return Some(at + 1),
            b'\\' => at = end_of_escape(text, at + 1)?,
            0..=0x1f => return None,
            _ => at += 1,
        }
    }
}

fn end_of_escape(text: &[u8], at: usize) -> Option<usize> {
    match text.get(at)? {
        b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => Some(at + 1),
        b'u' => text.get(at + 1..at + 5)?.iter().all(u8::is_ascii_hexdigit).then_some(at + 5),
        _ => None,
    }
}

/// Index behind the digits from `at` on; `None` without one.
fn digits(text: &[u8], at: usize) -> Option<usize> {
    let count = text.get(at..)?.iter().take_while(|char| char.is_ascii_digit()).count();
    (count > 0).then_some(at + count)
}

fn end_of_number(text: &[u8], from: usize) -> Option<usize> {
    let mut at = from + usize::from(text.get(from) == Some(&b'-'));
    at = if text.get(at) == Some(&b'0') { at + 1 } else { digits(text, at)? };
    if text.get(at) == Some(&b'.') {
        at = digits(text, at + 1)?;
    }
    if matches!(text.get(at), Some(b'e' | b'E')) {
        let signed = matches!(text.get(at + 1), Some(b'+' | b'-'));
        at = digits(text, at + 1 + usize::from(signed))?;
    }
    Some(at)
}
