//! Arrays of any number of dimensions.

use serde_json::Value;
use tokio_postgres::types::Type;

use super::cell::{Cell, ValueError};

/// Postgres's own limit (`MAXDIM`).
const MAX_DIMENSIONS: usize = 6;

/// The binary array: dimensions, a flag, the element's type, each dimension's length and lower bound, the elements.
pub(super) fn array(element: &Type, raw: &[u8]) -> Result<Value, ValueError> {
    let mut reader = Reader(raw);
    let dimensions = usize::try_from(reader.int()?).map_err(|_| ValueError::Malformed)?;
    if dimensions > MAX_DIMENSIONS {
        return Err(ValueError::Malformed);
    }
    let (_has_nulls, _element) = (reader.int()?, reader.int()?);
    let mut lengths = Vec::with_capacity(dimensions);
    for _ in 0..dimensions {
        lengths.push(usize::try_from(reader.int()?).map_err(|_| ValueError::Malformed)?);
        let _lower_bound = reader.int()?;
    }
    if lengths.is_empty() {
        return Ok(Value::Array(Vec::new()));
    }
    // Postgres sends no dimension for an empty array; one of length 0 would let another run on without any bytes.
    if lengths.contains(&0) {
        return Err(ValueError::Malformed);
    }
    let value = level(element, &lengths, &mut reader)?;
    if reader.0.is_empty() {
        Ok(value)
    } else {
        Err(ValueError::Malformed)
    }
}

fn level(element: &Type, lengths: &[usize], reader: &mut Reader<'_>) -> Result<Value, ValueError> {
    let Some((length, inner)) = lengths.split_first() else {
        let raw = match reader.int()? {
            -1 => None,
            size => Some(reader.take(usize::try_from(size).map_err(|_| ValueError::Malformed)?)?),
        };
        return Cell(raw).to_json(element);
    };
    // No capacity is reserved: the length is the sender's word, and each element is checked against the bytes.
    let mut values = Vec::new();
    for _ in 0..*length {
        values.push(level(element, inner, reader)?);
    }
    Ok(Value::Array(values))
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, size: usize) -> Result<&'a [u8], ValueError> {
        let (taken, rest) = self.0.split_at_checked(size).ok_or(ValueError::Malformed)?;
        self.0 = rest;
        Ok(taken)
    }

    fn int(&mut self) -> Result<i32, ValueError> {
        let bytes = self.take(4)?;
        Ok(i32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn wire(parts: &[i32]) -> Vec<u8> {
        parts.iter().flat_map(|part| part.to_be_bytes()).collect()
    }

    #[test]
    fn nested_arrays_with_nulls() {
        let raw = wire(&[2, 1, 23, 2, 1, 2, 1, 4, 1, 4, 2, -1, 4, 4]);
        assert_eq!(
            array(&Type::INT4, &raw).expect("an array"),
            json!([[1, 2], [null, 4]])
        );
    }

    #[test]
    fn an_empty_array_has_no_dimension() {
        assert_eq!(
            array(&Type::INT4, &wire(&[0, 0, 23])).expect("an array"),
            json!([])
        );
    }

    #[test]
    fn damaged_arrays_are_errors() {
        for raw in [
            wire(&[]),
            wire(&[7, 0, 23]),
            wire(&[-1, 0, 23]),
            wire(&[1, 0, 23, 2, 1, 4, 1]),
            wire(&[1, 0, 23, 1, 1, 4, 1, 9]),
            wire(&[1, 0, 23, i32::MAX, 1]),
            wire(&[2, 0, 23, i32::MAX, 1, 0, 1]),
        ] {
            assert!(array(&Type::INT4, &raw).is_err(), "{raw:?}");
        }
    }
}
