//! Date and time as RFC 3339, section 5.6 writes it.
//!
//! A leap second stands at the end of a minute that is 23:59 in UTC, whatever its offset (section 5.7); whether one was
//! really inserted on that day is not asked.

/// Whether a text is a date and time.
pub(crate) fn is_timestamp(text: &str) -> bool {
    parse(text.as_bytes()).is_some()
}

const MINUTES_OF_DAY: i32 = 24 * 60;

fn parse(text: &[u8]) -> Option<()> {
    let (date, rest) = text.split_at_checked(10)?;
    let (year, month, day) = (digits(&date[..4])?, digits(&date[5..7])?, digits(&date[8..])?);
    let (time, rest) = rest.split_at_checked(9)?;
    let (hour, minute, second) = (digits(&time[1..3])?, digits(&time[4..6])?, digits(&time[7..])?);
    let marks =
        date[4] == b'-' && date[7] == b'-' && matches!(time[0], b'T' | b't') && time[3] == b':' && time[6] == b':';
    let offset = offset(fraction(rest)?)?;
    let in_day = (1..=12).contains(&month) && (1..=days(year, month)).contains(&day) && hour < 24 && minute < 60;
    let utc = (hour * 60 + minute - offset).rem_euclid(MINUTES_OF_DAY);
    let seconds = second < 60 || second == 60 && utc == MINUTES_OF_DAY - 1;
    (marks && in_day && seconds).then_some(())
}

/// What follows the fraction of a second, if there is one.
fn fraction(text: &[u8]) -> Option<&[u8]> {
    let Some(rest) = text.strip_prefix(b".") else { return Some(text) };
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    (digits > 0).then(|| &rest[digits..])
}

/// The offset from UTC in minutes.
fn offset(text: &[u8]) -> Option<i32> {
    match text {
        b"Z" | b"z" => Some(0),
        [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2] => {
            let (hours, minutes) = (digits(&[*h1, *h2])?, digits(&[*m1, *m2])?);
            let minutes = (hours < 24 && minutes < 60).then_some(hours * 60 + minutes)?;
            Some(if *sign == b'-' { -minutes } else { minutes })
        }
        _ => None,
    }
}

fn digits(text: &[u8]) -> Option<i32> {
    text.iter().try_fold(0, |number, byte| byte.is_ascii_digit().then(|| number * 10 + i32::from(byte - b'0')))
}

fn days(year: i32, month: i32) -> i32 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::is_timestamp;

    #[test]
    fn dates_and_times_are_those_of_the_calendar() {
        for good in [
            "2024-02-29T00:00:00Z",
            "1985-04-12t23:20:50.52z",
            "2000-02-29T23:59:59+23:59",
            "0000-01-01T00:00:00-00:00",
        ] {
            assert!(is_timestamp(good), "{good}");
        }
        for bad in [
            "",
            "2023-02-29T00:00:00Z",
            "1900-02-29T00:00:00Z",
            "2024-13-01T00:00:00Z",
            "2024-00-01T00:00:00Z",
            "2024-01-00T00:00:00Z",
            "2024-04-31T00:00:00Z",
            "2024-01-01T24:00:00Z",
            "2024-01-01T00:60:00Z",
            "2024-01-01T00:00:61Z",
            "2024-01-01T00:00:60Z",
            "2024-01-01T00:00:00",
            "2024-01-01T00:00:00.Z",
            "2024-01-01T00:00:00+24:00",
            "2024-01-01T00:00:00+00:60",
            "2024-01-01 00:00:00Z",
            "2024-01-01T00:00:00Zx",
            "2024-1-01T00:00:00Z",
            "+024-01-01T00:00:00Z",
            "2024-01-01T00:00:00+1:000",
            "２024-01-01T00:00:00Z",
        ] {
            assert!(!is_timestamp(bad), "{bad}");
        }
    }

    #[test]
    fn a_leap_second_ends_the_last_minute_of_a_day_in_utc() {
        assert!(is_timestamp("1990-12-31T23:59:60Z"));
        assert!(is_timestamp("1990-12-31T15:59:60-08:00"));
        assert!(is_timestamp("1991-01-01T01:29:60.5+01:30"));
        assert!(!is_timestamp("1990-12-31T23:59:60+01:00"));
    }
}
