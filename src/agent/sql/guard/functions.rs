//! The functions that a query may call: those that compute from their arguments and nothing else.
//!
//! Not on the list, on purpose: whatever reads or changes the server or the session (`pg_*`, `current_setting`,
//! `set_config`, `version`, large objects, advisory locks), whatever runs SQL (`query_to_xml`, `dblink`), whatever
//! draws chance or waits, and whatever makes much out of little (`repeat`, `generate_series`).

use sqlparser::ast::{
    Expr, Function, FunctionArg, FunctionArgExpr, FunctionArgumentClause, FunctionArguments, Value,
};

use super::error::GuardError;
use super::relations::folded;

/// Sorted, for the search below; a test keeps it so.
const ALLOWED: &[&str] = &[
    "abs",
    "acos",
    "age",
    "array_agg",
    "array_length",
    "array_to_string",
    "ascii",
    "asin",
    "atan",
    "atan2",
    "avg",
    "bit_and",
    "bit_or",
    "bool_and",
    "bool_or",
    "btrim",
    "cardinality",
    "cbrt",
    "ceil",
    "ceiling",
    "char_length",
    "character_length",
    "coalesce",
    "concat",
    "concat_ws",
    "corr",
    "cos",
    "count",
    "covar_pop",
    "covar_samp",
    "cume_dist",
    "current_date",
    "current_timestamp",
    "date_bin",
    "date_part",
    "date_trunc",
    "degrees",
    "dense_rank",
    "div",
    "every",
    "exp",
    "first_value",
    "floor",
    "gcd",
    "greatest",
    "initcap",
    "isfinite",
    "json_agg",
    "json_array_length",
    "json_build_array",
    "json_build_object",
    "json_extract_path_text",
    "json_object_agg",
    "json_typeof",
    "jsonb_agg",
    "jsonb_array_length",
    "jsonb_build_array",
    "jsonb_build_object",
    "jsonb_extract_path_text",
    "jsonb_object_agg",
    "jsonb_typeof",
    "justify_days",
    "justify_hours",
    "justify_interval",
    "lag",
    "last_value",
    "lcm",
    "lead",
    "least",
    "left",
    "length",
    "ln",
    "localtimestamp",
    "log",
    "log10",
    "lower",
    "lpad",
    "ltrim",
    "make_date",
    "make_interval",
    "make_timestamp",
    "max",
    "md5",
    "min",
    "mod",
    "mode",
    "now",
    "nth_value",
    "ntile",
    "nullif",
    "num_nonnulls",
    "num_nulls",
    "octet_length",
    "percent_rank",
    "percentile_cont",
    "percentile_disc",
    "pi",
    "position",
    "power",
    "radians",
    "rank",
    "regexp_count",
    "regexp_like",
    "regexp_match",
    "regexp_replace",
    "regexp_substr",
    "regr_avgx",
    "regr_avgy",
    "regr_count",
    "regr_intercept",
    "regr_r2",
    "regr_slope",
    "replace",
    "reverse",
    "right",
    "round",
    "row_number",
    "rpad",
    "rtrim",
    "scale",
    "sign",
    "sin",
    "split_part",
    "sqrt",
    "starts_with",
    "stddev",
    "stddev_pop",
    "stddev_samp",
    "string_agg",
    "strpos",
    "substr",
    "substring",
    "sum",
    "tan",
    "to_char",
    "to_date",
    "to_json",
    "to_jsonb",
    "to_number",
    "to_timestamp",
    "translate",
    "trim",
    "trunc",
    "unaccent",
    "upper",
    "var_pop",
    "var_samp",
    "variance",
    "width_bucket",
];

/// The ones that make a text as long as they are told to.
const PADDING: [&str; 2] = ["lpad", "rpad"];
/// How long that may be.
const MAX_PADDING: u32 = 1_000;

/// Judges a call; its arguments are judged as expressions of their own.
pub(super) fn of_call(call: &Function) -> Result<(), GuardError> {
    let refuse = |reason| {
        Err(GuardError::Function {
            name: call.name.to_string(),
            reason,
        })
    };
    let [part] = call.name.0.as_slice() else {
        return refuse("call functions without a schema");
    };
    let Some(name) = part.as_ident().map(folded) else {
        return refuse("it is no plain name");
    };
    if ALLOWED.binary_search(&name.as_str()).is_err() {
        return refuse("only aggregates and functions of numbers, text, dates and json are");
    }
    if call.uses_odbc_syntax || !matches!(call.parameters, FunctionArguments::None) {
        return refuse("write a plain call");
    }
    let arguments = match &call.args {
        FunctionArguments::None => return Ok(()),
        FunctionArguments::Subquery(_) => {
            return refuse("write a sub-query in brackets of its own");
        }
        FunctionArguments::List(list) => {
            let plain = |clause: &FunctionArgumentClause| {
                matches!(clause, FunctionArgumentClause::OrderBy(_))
            };
            if !list.clauses.iter().all(plain) {
                return refuse("write a plain call");
            }
            &list.args
        }
    };
    for argument in arguments {
        let FunctionArg::Unnamed(
            FunctionArgExpr::Expr(_)
            | FunctionArgExpr::Wildcard
            | FunctionArgExpr::QualifiedWildcard(_),
        ) = argument
        else {
            return refuse("write its arguments in order, without names");
        };
    }
    if PADDING.contains(&name.as_str()) && !pads_little(arguments) {
        return refuse("its length must be a whole number up to 1000");
    }
    Ok(())
}

fn pads_little(arguments: &[FunctionArg]) -> bool {
    matches!(
        arguments.get(1),
        Some(FunctionArg::Unnamed(FunctionArgExpr::Expr(Expr::Value(value))))
            if matches!(&value.value, Value::Number(digits, _)
                if digits.parse::<u32>().is_ok_and(|length| length <= MAX_PADDING))
    )
}

#[cfg(test)]
mod tests {
    use super::ALLOWED;

    #[test]
    fn the_list_is_sorted() {
        for pair in ALLOWED.windows(2) {
            assert!(
                pair[0] < pair[1],
                "`{}` stands before `{}`",
                pair[0],
                pair[1]
            );
        }
    }
}
