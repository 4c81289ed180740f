//! Small readers of a body's parts. Exactly the members of a shape may be there: one that an old
//! reader skipped could have narrowed the grant.

use std::collections::{BTreeMap, HashSet};

use super::formats;
use super::json::Value;

const MAX_LIST_ITEMS: usize = 256;
const MAX_ISSUER_CHARS: usize = 2_000;

/// The values of exactly these members, in the order of `names`.
pub(crate) fn exactly<'a, const N: usize>(
    value: &'a Value,
    names: [&str; N],
) -> Option<[&'a Value; N]> {
    if value.as_object()?.len() != N {
        return None;
    }
    let mut found = [value; N];
    for (slot, name) in found.iter_mut().zip(names) {
        *slot = value.get(name)?;
    }
    Some(found)
}

/// A text of a format.
pub(crate) fn text(value: &Value, format: fn(&str) -> bool) -> Option<String> {
    value.as_text().filter(|text| format(text)).map(str::to_owned)
}

/// A list without repetition: two ways of writing one set would be two statements.
pub(crate) fn set(value: &Value, format: fn(&str) -> bool) -> Option<Vec<String>> {
    let items = value.as_list().filter(|items| items.len() <= MAX_LIST_ITEMS)?;
    let mut seen = HashSet::with_capacity(items.len());
    let item = |item| text(item, format).filter(|text| seen.insert(text.clone()));
    items.iter().map(item).collect()
}

/// NAME -> integer >= 0.
pub(crate) fn limits(value: &Value) -> Option<BTreeMap<String, u64>> {
    let members = value.as_object().filter(|members| members.len() <= MAX_LIST_ITEMS)?;
    let limit = |(name, limit): &(String, Value)| {
        let limit = u64::try_from(limit.as_int()?).ok()?;
        formats::is_name(name).then(|| (name.clone(), limit))
    };
    members.iter().map(limit).collect()
}

/// A list of at most 256 items, each of one shape.
pub(crate) fn list<T>(value: &Value, item: fn(&Value) -> Option<T>) -> Option<Vec<T>> {
    let items = value.as_list().filter(|items| items.len() <= MAX_LIST_ITEMS)?;
    items.iter().map(item).collect()
}

/// White space as ECMAScript's `\s` has it, which the reference's format of issuers names.
fn is_space(char: char) -> bool {
    matches!(char, '\t'..='\r' | ' ' | '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}'
        | '\u{2028}' | '\u{2029}' | '\u{202f}' | '\u{205f}' | '\u{3000}' | '\u{feff}')
}

/// An http(s) address without user, query or fragment; lengths in UTF-16 units.
pub(crate) fn is_issuer(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    rest.is_some_and(|rest| {
        (1..=MAX_ISSUER_CHARS).contains(&rest.encode_utf16().count())
            && !rest.contains(|c| is_space(c) || matches!(c, '"' | '\\' | '@' | '?' | '#'))
    })
}
