//! Text formats of the payload's fields; `facts/spec/facts-v1.md` has the same table.
//!
//! Written out instead of as regular expressions: a plane then needs no engine for them.

/// A decimal integer within 2^53 - 1, the largest that every language holds exactly.
pub const MAX_SAFE: u64 = (1 << 53) - 1;

const UUID_CHARS: usize = 36;
const LOG_ORIGIN_MAX_CHARS: usize = 255;

/// `first` then `rest`, at most `max` characters in all, at least one.
fn is_word(text: &str, max: usize, first: fn(u8) -> bool, rest: fn(u8) -> bool) -> bool {
    match text.as_bytes() {
        [head, tail @ ..] => text.len() <= max && first(*head) && tail.iter().copied().all(rest),
        [] => false,
    }
}

fn is_alnum(char: u8) -> bool {
    char.is_ascii_alphanumeric()
}

fn is_lower_alnum(char: u8) -> bool {
    char.is_ascii_lowercase() || char.is_ascii_digit()
}

/// Lower case, any version: the nil UUID is the platform tenant.
pub fn is_uuid(text: &str) -> bool {
    text.len() == UUID_CHARS
        && text.bytes().enumerate().all(|(at, char)| match at {
            8 | 13 | 18 | 23 => char == b'-',
            _ => matches!(char, b'0'..=b'9' | b'a'..=b'f'),
        })
}

/// Origin of a log, e.g. `tenure.example/prod`.
pub fn is_log_origin(text: &str) -> bool {
    let rest = |char| is_lower_alnum(char) || b"._-".contains(&char);
    text.len() <= LOG_ORIGIN_MAX_CHARS
        && text.split('/').all(|part| is_word(part, part.len(), is_lower_alnum, rest))
}

/// Kinds, also those of later versions.
pub fn is_kind(text: &str) -> bool {
    is_word(text, 63, |c| c.is_ascii_lowercase(), |c| is_lower_alnum(c) || c == b'-')
}

/// `<noun>:<name>` of any kind, known or not.
pub fn is_subject(text: &str) -> bool {
    let rest = |char| is_alnum(char) || b"._:-".contains(&char);
    text.split_once(':')
        .is_some_and(|(noun, name)| is_kind(noun) && is_word(name, 255, is_alnum, rest))
}

/// Opaque: no `@`, so that no e-mail address fits.
pub fn is_opaque(text: &str) -> bool {
    is_word(text, 255, is_alnum, |c| is_alnum(c) || b"._:|/-".contains(&c))
}

/// Names of roles, products, plans, apps and limits.
pub fn is_name(text: &str) -> bool {
    is_word(text, 63, |c| c.is_ascii_alphabetic(), |c| is_alnum(c) || b"._-".contains(&c))
}

/// Of a plane, in its key's name and in its receipts.
pub fn is_plane_name(text: &str) -> bool {
    is_word(text, 63, is_lower_alnum, |c| is_lower_alnum(c) || b".-".contains(&c))
}

/// What an API key is good for.
pub fn is_scope(text: &str) -> bool {
    is_word(text, 127, |c| c.is_ascii_alphabetic(), |c| is_alnum(c) || b"._:-".contains(&c))
}

/// `resource:verb`, or `*` alone for every permission.
pub fn is_permission(text: &str) -> bool {
    text == "*"
        || text.split_once(':').is_some_and(|(resource, verb)| is_name(resource) && is_name(verb))
}

/// A DNS label (RFC 1123).
pub fn is_slug(text: &str) -> bool {
    is_word(text, 63, is_lower_alnum, |c| is_lower_alnum(c) || c == b'-') && !text.ends_with('-')
}

/// Key ids are free text in DSSE; ours are short and need no escaping.
pub fn is_key_id(text: &str) -> bool {
    is_word(text, 128, is_alnum, |c| is_alnum(c) || b"._:-".contains(&c))
}

/// A decimal number without leading zeros or sign, within 2^53 - 1.
pub fn parse_count(text: &str) -> Option<u64> {
    let plain = text == "0" || (!text.starts_with('0') && text.bytes().all(|c| c.is_ascii_digit()));
    let value = if plain { text.parse().ok()? } else { return None };
    (value <= MAX_SAFE).then_some(value)
}
