//! RFC 3339 times in the one form that facts have: `YYYY-MM-DDTHH:MM:SS.mmmZ`.

const FORM: &[u8] = b"dddd-dd-ddTdd:dd:dd.dddZ";
const DAYS: [u64; 12] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const DAY_MS: i64 = 86_400_000;

fn number(text: &str, from: usize, to: usize) -> Option<u64> {
    text.get(from..to)?.parse().ok()
}

fn is_leap(year: u64) -> bool {
    (year.is_multiple_of(4) && !year.is_multiple_of(100)) || year.is_multiple_of(400)
}

/// Days since 1970-01-01 of the proleptic Gregorian calendar.
fn days_before(year: u64, month: u64, day: u64) -> Option<i64> {
    let leaps = |years: u64| years.div_ceil(4) + years.div_ceil(400) - years.div_ceil(100);
    let months = DAYS.get(..usize::try_from(month).ok()?.checked_sub(1)?)?;
    let leap_day = u64::from(month > 2 && is_leap(year));
    let days = year * 365 + leaps(year) + months.iter().sum::<u64>() + leap_day + day - 1;
    Some(i64::try_from(days).ok()? - 719_528)
}

/// Milliseconds since 1970; `None` for another form or a date that does not exist.
pub fn parse_instant(text: &str) -> Option<i64> {
    let bytes = text.as_bytes();
    let fits = |(form, char): (&u8, &u8)| match form {
        b'd' => char.is_ascii_digit(),
        other => char == other,
    };
    if bytes.len() != FORM.len() || !FORM.iter().zip(bytes).all(fits) {
        return None;
    }
    let (year, month, day) = (number(text, 0, 4)?, number(text, 5, 7)?, number(text, 8, 10)?);
    let (hour, minute, second) =
        (number(text, 11, 13)?, number(text, 14, 16)?, number(text, 17, 19)?);
    let month_days = DAYS.get(usize::try_from(month).ok()?.checked_sub(1)?)?
        + u64::from(month == 2 && is_leap(year));
    if !(1..=month_days).contains(&day) || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let in_day = ((hour * 60 + minute) * 60 + second) * 1_000 + number(text, 20, 23)?;
    Some(days_before(year, month, day)? * DAY_MS + i64::try_from(in_day).ok()?)
}

/// Inverse of [`parse_instant`], for years of four digits.
pub fn format_instant(ms: i64) -> String {
    let (days, in_day) = (ms.div_euclid(DAY_MS), ms.rem_euclid(DAY_MS));
    let days_to = |year: u64, month: u64| days_before(year, month, 1).unwrap_or(i64::MAX);
    // Not above the true year, and at most one below it.
    let least = u64::try_from((days + 719_528) * 400 / 146_097 - 1).unwrap_or_default();
    let year = (least..least + 3).rev().find(|year| days_to(*year, 1) <= days).unwrap_or(least);
    let month = (1..=12).rev().find(|month| days_to(year, *month) <= days).unwrap_or(1);
    let day = days - days_to(year, month) + 1;
    let (seconds, ms) = (in_day / 1_000, in_day % 1_000);
    let (hour, minute, second) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{ms:03}Z")
}

/// Whether the text is such a time.
pub fn is_instant(text: &str) -> bool {
    parse_instant(text).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_epoch_and_leap_days_are_where_the_calendar_has_them() {
        assert_eq!(parse_instant("1970-01-01T00:00:00.000Z"), Some(0));
        assert_eq!(parse_instant("2026-11-21T01:34:34.005Z"), Some(1_795_224_874_005));
        assert_eq!(parse_instant("2000-03-01T00:00:00.000Z"), Some(951_868_800_000));
        assert_eq!(parse_instant("0000-02-29T00:00:00.000Z"), Some(-62_162_121_600_000));
        for ms in [0, 1_795_224_874_005, 951_868_800_000, -62_162_121_600_000, -1] {
            assert_eq!(parse_instant(&format_instant(ms)), Some(ms));
        }
        for day in 0..200_000 {
            assert_eq!(parse_instant(&format_instant(day * DAY_MS)), Some(day * DAY_MS));
        }
        assert_eq!(parse_instant("2100-02-29T00:00:00.000Z"), None);
        assert_eq!(parse_instant("2026-11-21T24:00:00.000Z"), None);
        assert_eq!(parse_instant("2026-00-10T00:00:00.000Z"), None);
    }
}
