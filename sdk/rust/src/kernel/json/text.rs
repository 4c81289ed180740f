//! Strings of RFC 8259, section 7, whose UTF-16 escapes may be half a character.

/// A text between its quotes; `lone` tells whether a surrogate stood alone (then it is U+FFFD).
pub(super) struct Unescaped {
    pub(super) text: String,
    pub(super) lone: bool,
}

/// `raw`: what stands between the quotes of a string that the lexer took.
pub(super) fn unescape(raw: &str) -> Unescaped {
    let Some(first) = raw.find('\\') else {
        return Unescaped { text: raw.to_owned(), lone: false };
    };
    let mut units: Vec<u16> = Vec::with_capacity(raw.len());
    units.extend(raw[..first].encode_utf16());
    let mut rest = raw[first..].chars();
    while let Some(char) = rest.next() {
        if char == '\\' {
            units.push(escaped(&mut rest));
        } else {
            units.extend_from_slice(char.encode_utf16(&mut [0; 2]));
        }
    }
    let lone = char::decode_utf16(units.iter().copied()).any(|decoded| decoded.is_err());
    Unescaped { text: String::from_utf16_lossy(&units), lone }
}

fn escaped(rest: &mut std::str::Chars<'_>) -> u16 {
    match rest.next() {
        Some('b') => 0x08,
        Some('f') => 0x0c,
        Some('n') => 0x0a,
        Some('r') => 0x0d,
        Some('t') => 0x09,
        Some('u') => {
            let digits = rest.by_ref().take(4).filter_map(|char| char.to_digit(16));
            digits.fold(0, |unit, digit| (unit << 4) | u16::try_from(digit).unwrap_or(0))
        }
        Some(char) => u16::try_from(u32::from(char)).unwrap_or(0xfffd),
        None => 0xfffd,
    }
}

/// What stands between the quotes of a string token.
pub(super) fn unquote(word: &str) -> &str {
    word.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or_default()
}
