//! Walks a text that is JSON, from left to right, and refuses what the specification refuses.

use std::borrow::Cow;
use std::collections::HashSet;

use super::MAX_DEPTH;
use super::lexer::{Token, is_space, token};
use super::text::{unescape, unquote};
use crate::error::{Checked, FactCode, ensure, refusal};
use crate::kernel::formats::parse_count;

/// Keys seen in each open object; `None` stands for an open array.
type Scopes<'a> = Vec<Option<HashSet<Cow<'a, str>>>>;

/// `0`, or an integer within 2^53 - 1 without fraction, exponent or leading zero.
pub(super) fn integer(word: &str) -> Option<i64> {
    let (sign, digits) = match word.strip_prefix('-') {
        Some("0") => return None,
        Some(digits) => (-1, digits),
        None => (1, word),
    };
    Some(sign * i64::try_from(parse_count(digits)?).ok()?)
}

pub(super) fn scan(text: &str) -> Checked<()> {
    let bytes = text.as_bytes();
    let mut scopes: Scopes<'_> = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let compact = bytes.get(at).is_some_and(|char| !is_space(*char));
        ensure(compact, FactCode::PayloadNotCompact, "white space between tokens")?;
        let Some((found, end)) = token(bytes, at) else {
            return Err(refusal(FactCode::PayloadNotJson, "not JSON"));
        };
        let word = text.get(at..end).unwrap_or_default();
        match found {
            Token::Open(bracket) => open(&mut scopes, bracket)?,
            Token::Close(_) => drop(scopes.pop()),
            Token::Text => note_text(&mut scopes, word, bytes.get(end) == Some(&b':'))?,
            Token::Scalar => check_scalar(word, bytes.get(end))?,
            Token::Comma | Token::Colon => {}
        }
        at = end;
    }
    Ok(())
}

fn open(scopes: &mut Scopes<'_>, bracket: u8) -> Checked<()> {
    ensure(scopes.len() < MAX_DEPTH, FactCode::PayloadTooDeep, "over 8 levels")?;
    scopes.push((bracket == b'{').then(HashSet::new));
    Ok(())
}

/// Only a key is followed by a colon; white space before it is refused in the next round.
fn note_text<'a>(scopes: &mut Scopes<'a>, word: &'a str, is_key: bool) -> Checked<()> {
    let mut text = Cow::Borrowed(unquote(word));
    if text.contains('\\') {
        let unescaped = unescape(&text);
        ensure(!unescaped.lone, FactCode::PayloadString, "a lone surrogate")?;
        text = Cow::Owned(unescaped.text);
    }
    match scopes.last_mut() {
        Some(Some(keys)) if is_key => {
            ensure(keys.insert(text), FactCode::PayloadDuplicateKey, "a key twice")
        }
        _ => Ok(()),
    }
}

fn check_scalar(word: &str, next: Option<&u8>) -> Checked<()> {
    if matches!(word, "true" | "false" | "null") && !next.is_some_and(|char| is_space(*char)) {
        return Ok(());
    }
    let compact = !next.is_some_and(|char| is_space(*char));
    ensure(compact, FactCode::PayloadNotCompact, "white space between tokens")?;
    let holds = integer(word).is_some();
    ensure(holds, FactCode::PayloadNumber, "a number that is no integer within 2^53 - 1")
}
