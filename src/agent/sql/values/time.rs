//! Dates and times as ISO 8601 text, over the whole range that Postgres has.

use super::ValueError;

const MICROS_PER_SECOND: i64 = 1_000_000;
const MICROS_PER_DAY: i64 = 86_400 * MICROS_PER_SECOND;

/// `date`: days since 2000-01-01.
pub(super) fn date(raw: &[u8]) -> Result<String, ValueError> {
    Ok(match i32::from_be_bytes(bytes(raw)?) {
        i32::MAX => "infinity".to_owned(),
        i32::MIN => "-infinity".to_owned(),
        days => calendar(i64::from(days)),
    })
}

/// `timestamp` and `timestamptz`: microseconds since 2000-01-01 00:00; the latter in UTC, said with a `Z`.
pub(super) fn timestamp(raw: &[u8], zone: &str) -> Result<String, ValueError> {
    Ok(match i64::from_be_bytes(bytes(raw)?) {
        i64::MAX => "infinity".to_owned(),
        i64::MIN => "-infinity".to_owned(),
        micros => format!(
            "{}T{}{zone}",
            calendar(micros.div_euclid(MICROS_PER_DAY)),
            clock(micros.rem_euclid(MICROS_PER_DAY))
        ),
    })
}

/// `time`: microseconds since midnight, 24:00 included.
pub(super) fn time(raw: &[u8]) -> Result<String, ValueError> {
    Ok(clock(i64::from_be_bytes(bytes(raw)?)))
}

/// `timetz`: as `time`, then the offset in seconds west of Greenwich.
pub(super) fn time_with_zone(raw: &[u8]) -> Result<String, ValueError> {
    let (time, zone) = raw.split_at_checked(8).ok_or(ValueError::Malformed)?;
    let west = i32::from_be_bytes(bytes(zone)?);
    let sign = if west > 0 { '-' } else { '+' };
    let seconds = west.unsigned_abs();
    let clock = clock(i64::from_be_bytes(bytes(time)?));
    let mut text = format!(
        "{clock}{sign}{:02}:{:02}",
        seconds / 3600,
        seconds / 60 % 60
    );
    if seconds % 60 != 0 {
        text.push_str(&format!(":{:02}", seconds % 60));
    }
    Ok(text)
}

/// `interval` as an ISO 8601 duration (`P1Y2M3DT4H5M6.5S`); its three parts keep their own signs, as in Postgres.
pub(super) fn interval(raw: &[u8]) -> Result<String, ValueError> {
    if raw.len() != 16 {
        return Err(ValueError::Malformed);
    }
    let micros = i64::from_be_bytes(bytes(&raw[..8])?);
    let days = i32::from_be_bytes(bytes(&raw[8..12])?);
    let months = i32::from_be_bytes(bytes(&raw[12..])?);
    match (months, days, micros) {
        (i32::MAX, i32::MAX, i64::MAX) => return Ok("infinity".to_owned()),
        (i32::MIN, i32::MIN, i64::MIN) => return Ok("-infinity".to_owned()),
        _ => {}
    }
    let mut text = String::from("P");
    let mut part = |value: i64, unit: char| {
        if value != 0 {
            text.push_str(&format!("{value}{unit}"));
        }
    };
    part(i64::from(months / 12), 'Y');
    part(i64::from(months % 12), 'M');
    part(i64::from(days), 'D');
    if micros != 0 {
        text.push('T');
        let seconds = micros / MICROS_PER_SECOND;
        let mut part = |value: i64, unit: char| {
            if value != 0 {
                text.push_str(&format!("{value}{unit}"));
            }
        };
        part(seconds / 3600, 'H');
        part(seconds / 60 % 60, 'M');
        let rest = micros % (60 * MICROS_PER_SECOND);
        if rest != 0 {
            let sign = if rest < 0 { "-" } else { "" };
            let rest = rest.unsigned_abs();
            let whole = rest / MICROS_PER_SECOND as u64;
            text.push_str(&format!(
                "{sign}{whole}{}S",
                fraction(rest % MICROS_PER_SECOND as u64)
            ));
        }
    }
    if text == "P" {
        text.push_str("T0S");
    }
    Ok(text)
}

/// The proleptic Gregorian date of a day counted from 2000-01-01, in ISO 8601 (years outside 0000 to 9999 signed).
///
/// Howard Hinnant's `civil_from_days`, <https://howardhinnant.github.io/date_algorithms.html>.
fn calendar(days_since_2000: i64) -> String {
    let days = days_since_2000 + 10_957 + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 {
        shifted_month + 3
    } else {
        shifted_month - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    match year {
        0..=9999 => format!("{year:04}-{month:02}-{day:02}"),
        _ => format!("{year:+05}-{month:02}-{day:02}"),
    }
}

fn clock(micros: i64) -> String {
    let seconds = micros / MICROS_PER_SECOND;
    format!(
        "{:02}:{:02}:{:02}{}",
        seconds / 3600,
        seconds / 60 % 60,
        seconds % 60,
        fraction((micros % MICROS_PER_SECOND).unsigned_abs())
    )
}

/// Microseconds as the shortest decimal fraction; nothing when there are none.
fn fraction(micros: u64) -> String {
    if micros == 0 {
        return String::new();
    }
    let digits = format!("{micros:06}");
    format!(".{}", digits.trim_end_matches('0'))
}

fn bytes<const N: usize>(raw: &[u8]) -> Result<[u8; N], ValueError> {
    raw.try_into().map_err(|_| ValueError::Malformed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates() {
        let read = |days: i32| date(&days.to_be_bytes()).expect("four bytes");
        assert_eq!(read(0), "2000-01-01");
        assert_eq!(read(-1), "1999-12-31");
        assert_eq!(read(59), "2000-02-29");
        assert_eq!(read(9_130), "2024-12-30");
        assert_eq!(read(-10_957), "1970-01-01");
        // 0000-01-01 of ISO 8601 is 1 BC in Postgres, and there are years before it and after 9999.
        assert_eq!(read(-730_485), "0000-01-01");
        assert_eq!(read(-730_486), "-0001-12-31");
        assert_eq!(read(2_921_940), "+10000-01-01");
        assert_eq!(read(i32::MAX), "infinity");
        assert_eq!(read(i32::MIN), "-infinity");
        assert!(date(&[0; 3]).is_err());
    }

    #[test]
    fn timestamps() {
        let read = |micros: i64, zone| timestamp(&micros.to_be_bytes(), zone).expect("eight bytes");
        assert_eq!(read(0, "Z"), "2000-01-01T00:00:00Z");
        assert_eq!(read(1_500_000, ""), "2000-01-01T00:00:01.5");
        assert_eq!(read(-1, "Z"), "1999-12-31T23:59:59.999999Z");
        assert_eq!(read(i64::MAX, "Z"), "infinity");
        assert_eq!(read(i64::MIN, ""), "-infinity");
    }

    #[test]
    fn times_of_day() {
        assert_eq!(
            time(&86_400_000_000_i64.to_be_bytes()).expect("a time"),
            "24:00:00"
        );
        let mut raw = 3_600_000_000_i64.to_be_bytes().to_vec();
        raw.extend((-25_200_i32).to_be_bytes());
        assert_eq!(time_with_zone(&raw).expect("a time"), "01:00:00+07:00");
        raw.truncate(8);
        raw.extend(12_645_i32.to_be_bytes());
        assert_eq!(time_with_zone(&raw).expect("a time"), "01:00:00-03:30:45");
        raw.truncate(8);
        raw.extend(i32::MIN.to_be_bytes());
        assert!(
            time_with_zone(&raw).is_ok(),
            "nonsense is no reason to panic"
        );
        assert!(time_with_zone(&[0; 7]).is_err());
    }

    #[test]
    fn intervals() {
        let read = |months: i32, days: i32, micros: i64| {
            let mut raw = micros.to_be_bytes().to_vec();
            raw.extend(days.to_be_bytes());
            raw.extend(months.to_be_bytes());
            interval(&raw).expect("sixteen bytes")
        };
        assert_eq!(read(0, 0, 0), "PT0S");
        assert_eq!(read(14, 3, 14_706_500_000), "P1Y2M3DT4H5M6.5S");
        assert_eq!(read(0, -1, 3_600_000_000), "P-1DT1H");
        assert_eq!(read(0, 0, -500_000), "PT-0.5S");
        assert_eq!(read(0, 0, -90_000_000), "PT-1M-30S");
        assert_eq!(read(i32::MAX, i32::MAX, i64::MAX), "infinity");
        assert!(interval(&[0; 15]).is_err());
    }
}
