//! One level of a JSON text: enough to say what is wrong with an envelope of any depth.

use super::lexer::{Token, skip_space, token};
use super::text::unescape;

/// Parts of the outermost array or object, cut at its commas; `None` when it is neither.
fn parts(text: &str, bracket: u8) -> Option<Vec<&str>> {
    let bytes = text.as_bytes();
    let mut at = skip_space(bytes, 0);
    let (first, mut start) = token(bytes, at)?;
    if first != Token::Open(bracket) {
        return None;
    }
    let mut found = Vec::new();
    let mut depth = 1_usize;
    at = skip_space(bytes, start);
    while depth > 0 {
        let (next, end) = token(bytes, at)?;
        match next {
            Token::Open(_) => depth += 1,
            Token::Close(_) => depth -= 1,
            _ => {}
        }
        if depth == 0 || (depth == 1 && next == Token::Comma) {
            found.push(text.get(start..at)?.trim());
            start = end;
        }
        at = skip_space(bytes, end);
    }
    if found == [""] {
        found.clear();
    }
    Some(found)
}

/// Items of a text that is a JSON array, each as text; `None` for any other.
pub fn elements(text: &str) -> Option<Vec<&str>> {
    parts(text, b'[')
}

/// Members of a text that is a JSON object, in order; `None` for any other.
pub fn members(text: &str) -> Option<Vec<(String, &str)>> {
    let split = |member| -> Option<(String, &str)> {
        let (_, end) = token(str::as_bytes(member), 0)?;
        let key = text_of(member.get(..end)?)?;
        let value = member.get(end..)?.trim_start().strip_prefix(':')?;
        Some((key, value.trim()))
    };
    parts(text, b'{')?.into_iter().map(split).collect()
}

/// What a JSON string says; a lone surrogate is U+FFFD. `None` for any other value.
pub fn text_of(text: &str) -> Option<String> {
    let raw = text.strip_prefix('"')?.strip_suffix('"')?;
    Some(unescape(raw).text)
}
