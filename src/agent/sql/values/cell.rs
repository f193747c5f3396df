//! One cell: bytes and a type in, JSON out.

use std::error::Error;
use std::net::{Ipv4Addr, Ipv6Addr};

use serde_json::Value;
use tokio_postgres::types::{FromSql, Kind, Type};

use super::{array, json, number, time};

/// The bytes of a cell as Postgres sent them; none for null.
pub(crate) struct Cell<'a>(pub(super) Option<&'a [u8]>);

impl<'a> FromSql<'a> for Cell<'a> {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(Self(Some(raw)))
    }

    fn from_sql_null(_: &Type) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(Self(None))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

/// Why a cell is not readable.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ValueError {
    /// The bytes do not fit the type.
    #[error("the bytes do not fit the type")]
    Malformed,
    /// The type has no JSON form here.
    #[error("the type has no JSON form; cast it to text")]
    Unsupported,
}

/// Whether cells of this type can be read; to be asked before a statement runs.
pub(crate) fn is_supported(kind: &Type) -> bool {
    match kind.kind() {
        Kind::Array(element) | Kind::Domain(element) => is_supported(element),
        Kind::Enum(_) => true,
        Kind::Simple => {
            is_text(kind)
                || matches!(
                    *kind,
                    Type::BOOL
                        | Type::INT2
                        | Type::INT4
                        | Type::INT8
                        | Type::OID
                        | Type::FLOAT4
                        | Type::FLOAT8
                        | Type::NUMERIC
                        | Type::DATE
                        | Type::TIME
                        | Type::TIMETZ
                        | Type::TIMESTAMP
                        | Type::TIMESTAMPTZ
                        | Type::INTERVAL
                        | Type::BYTEA
                        | Type::UUID
                        | Type::JSON
                        | Type::JSONB
                        | Type::INET
                        | Type::CIDR
                        | Type::MACADDR
                        | Type::BIT
                        | Type::VARBIT
                )
        }
        _ => false,
    }
}

fn is_text(kind: &Type) -> bool {
    matches!(
        *kind,
        Type::TEXT | Type::VARCHAR | Type::BPCHAR | Type::NAME | Type::UNKNOWN | Type::XML
    ) || kind.name() == "citext"
}

impl Cell<'_> {
    /// The cell's value.
    pub(crate) fn to_json(&self, kind: &Type) -> Result<Value, ValueError> {
        let Some(raw) = self.0 else {
            return Ok(Value::Null);
        };
        match kind.kind() {
            Kind::Array(element) => return array::array(element, raw),
            Kind::Domain(base) => return self.to_json(base),
            Kind::Enum(_) => return text(raw).map(Value::from),
            Kind::Simple => {}
            _ => return Err(ValueError::Unsupported),
        }
        Ok(match *kind {
            Type::BOOL => Value::from(fixed::<1>(raw)?[0] != 0),
            Type::INT2 => Value::from(i16::from_be_bytes(fixed(raw)?)),
            Type::INT4 => Value::from(i32::from_be_bytes(fixed(raw)?)),
            Type::INT8 => Value::from(i64::from_be_bytes(fixed(raw)?)),
            Type::OID => Value::from(u32::from_be_bytes(fixed(raw)?)),
            Type::FLOAT4 => number::single(f32::from_be_bytes(fixed(raw)?)),
            Type::FLOAT8 => number::float(f64::from_be_bytes(fixed(raw)?)),
            Type::NUMERIC => number::numeric(raw)?,
            Type::DATE => Value::from(time::date(raw)?),
            Type::TIME => Value::from(time::time(raw)?),
            Type::TIMETZ => Value::from(time::time_with_zone(raw)?),
            Type::TIMESTAMP => Value::from(time::timestamp(raw, "")?),
            Type::TIMESTAMPTZ => Value::from(time::timestamp(raw, "Z")?),
            Type::INTERVAL => Value::from(time::interval(raw)?),
            Type::BYTEA => Value::from(hex(raw)),
            Type::UUID => Value::from(uuid::Uuid::from_bytes(fixed(raw)?).to_string()),
            Type::JSON => json::nested(text(raw)?),
            Type::JSONB => match raw.split_first() {
                Some((1, rest)) => json::nested(text(rest)?),
                _ => return Err(ValueError::Malformed),
            },
            Type::INET | Type::CIDR => Value::from(network(raw, *kind == Type::CIDR)?),
            Type::MACADDR => {
                Value::from(fixed::<6>(raw)?.map(|byte| format!("{byte:02x}")).join(":"))
            }
            Type::BIT | Type::VARBIT => Value::from(bits(raw)?),
            _ if is_text(kind) => Value::from(text(raw)?),
            _ => return Err(ValueError::Unsupported),
        })
    }
}

fn fixed<const N: usize>(raw: &[u8]) -> Result<[u8; N], ValueError> {
    raw.try_into().map_err(|_| ValueError::Malformed)
}

fn text(raw: &[u8]) -> Result<&str, ValueError> {
    std::str::from_utf8(raw).map_err(|_| ValueError::Malformed)
}

fn hex(raw: &[u8]) -> String {
    raw.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// `inet` and `cidr`: family, prefix length, a flag, the address's length, the address.
fn network(raw: &[u8], always_prefix: bool) -> Result<String, ValueError> {
    let (head, address) = raw.split_at_checked(4).ok_or(ValueError::Malformed)?;
    let prefix = head[1];
    let (address, whole) = match address.len() {
        4 => (Ipv4Addr::from(fixed::<4>(address)?).to_string(), 32),
        16 => (Ipv6Addr::from(fixed::<16>(address)?).to_string(), 128),
        _ => return Err(ValueError::Malformed),
    };
    Ok(if prefix == whole && !always_prefix {
        address
    } else {
        format!("{address}/{prefix}")
    })
}

/// `bit` and `varbit`: how many bits, then the bits, the first one highest.
fn bits(raw: &[u8]) -> Result<String, ValueError> {
    let (head, bytes) = raw.split_at_checked(4).ok_or(ValueError::Malformed)?;
    let count =
        usize::try_from(i32::from_be_bytes(fixed(head)?)).map_err(|_| ValueError::Malformed)?;
    if count.div_ceil(8) != bytes.len() {
        return Err(ValueError::Malformed);
    }
    Ok((0..count)
        .map(|at| {
            if bytes[at / 8] >> (7 - at % 8) & 1 == 1 {
                '1'
            } else {
                '0'
            }
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(kind: Type, raw: &[u8]) -> Value {
        assert!(is_supported(&kind), "{kind}");
        Cell(Some(raw)).to_json(&kind).expect("readable")
    }

    #[test]
    fn every_plain_type() {
        assert_eq!(read(Type::BOOL, &[1]), json!(true));
        assert_eq!(read(Type::INT2, &(-7_i16).to_be_bytes()), json!(-7));
        assert_eq!(read(Type::INT8, &i64::MAX.to_be_bytes()), json!(i64::MAX));
        assert_eq!(read(Type::FLOAT4, &0.1_f32.to_be_bytes()), json!(0.1));
        assert_eq!(read(Type::FLOAT8, &f64::NAN.to_be_bytes()), json!("NaN"));
        assert_eq!(read(Type::TEXT, "Aceh".as_bytes()), json!("Aceh"));
        assert_eq!(read(Type::BYTEA, &[0, 255]), json!("00ff"));
        assert_eq!(
            read(Type::UUID, &[0; 16]),
            json!("00000000-0000-0000-0000-000000000000")
        );
        assert_eq!(read(Type::JSONB, b"\x01{\"a\":1}"), json!({"a": 1}));
        assert_eq!(
            read(Type::INET, &[2, 32, 0, 4, 10, 0, 0, 1]),
            json!("10.0.0.1")
        );
        assert_eq!(
            read(Type::CIDR, &[2, 8, 1, 4, 10, 0, 0, 0]),
            json!("10.0.0.0/8")
        );
        assert_eq!(
            read(Type::VARBIT, &[0, 0, 0, 9, 0b1010_0000, 0b1000_0000]),
            json!("101000001")
        );
        assert_eq!(
            read(Type::MACADDR, &[8, 0, 43, 1, 2, 3]),
            json!("08:00:2b:01:02:03")
        );
    }

    #[test]
    fn null_is_null_whatever_the_type() {
        assert_eq!(Cell(None).to_json(&Type::INT4), Ok(Value::Null));
    }

    #[test]
    fn bytes_that_do_not_fit_are_an_error() {
        for kind in [
            Type::BOOL,
            Type::INT4,
            Type::UUID,
            Type::JSONB,
            Type::INET,
            Type::BIT,
        ] {
            assert_eq!(
                Cell(Some(&[])).to_json(&kind),
                Err(ValueError::Malformed),
                "{kind}"
            );
        }
        assert_eq!(
            Cell(Some(&[0xff])).to_json(&Type::TEXT),
            Err(ValueError::Malformed)
        );
    }

    #[test]
    fn types_without_a_form_are_known_beforehand() {
        for kind in [
            Type::TS_VECTOR,
            Type::POINT,
            Type::RECORD,
            Type::INT4_RANGE,
            Type::MONEY,
        ] {
            assert!(!is_supported(&kind), "{kind}");
            assert_eq!(
                Cell(Some(&[0])).to_json(&kind),
                Err(ValueError::Unsupported),
                "{kind}"
            );
        }
        assert!(is_supported(&Type::TEXT_ARRAY));
        assert!(!is_supported(&Type::POINT_ARRAY));
    }
}
