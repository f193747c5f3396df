//! English.

use super::Word;

/// Phrases, apart by `|`, by what they do. A phrase that Indonesian shares stands in both lists.
pub(super) const PHRASES: &[(Word, &str)] = &[
    (
        Word::Filler,
        "show | display | give | tell | find | get | provide | please | me | us | can | could | \
         would | you | i | we | want | need | like to | to know | to see | know | see | the | a | an | there | now | \
         currently | any | yet | at all | s | data | their | its | overall | in total | altogether | exist | as a | figures for",
    ),
    (Word::Compute, "calculate | compute"),
    (Word::List, "list | who are | who is | names of"),
    (Word::Comma, ","),
    (Word::HowMany, "how many | how much"),
    (Word::Which, "which"),
    (Word::What, "what"),
    (
        Word::Total,
        "total | total number of | total amount of | the total",
    ),
    (
        Word::Tally,
        "number of | count of | count | counts of | number | numbers of",
    ),
    (Word::Sum, "sum of | sum"),
    (Word::Average, "average | avg | mean | on average"),
    (Word::Maximum, "maximum | max"),
    (Word::Minimum, "minimum | min"),
    (
        Word::Share,
        "percent | percentage | percentages | share | what share | per cent | percentage of | share of | fraction | \
         proportion | proportions | %",
    ),
    (Word::Spread, "distribution | breakdown | spread | trend"),
    (Word::Makeup, "composition | makeup"),
    (
        Word::Per,
        "by | for each | in each | each | every | for every | in every | of each | grouped by | broken down by | across | \
         according to | ranked by | per",
    ),
    (
        Word::In,
        "in | at | for | within | located in | from | among | across all of | based in | on",
    ),
    (Word::Of, "of | belonging to | out of | owned by"),
    (Word::With, "with | having"),
    (Word::That, "that | whose"),
    (Word::Who, "who"),
    (Word::Have, "has | had"),
    (Word::HavePlural, "have"),
    (Word::Is, "is | are | was | were | been | be"),
    (Word::Do, "do | does | did"),
    (
        Word::High,
        "highest | largest | most | biggest | greatest | most common | highest number of | largest number of | \
         most frequent | descending",
    ),
    (
        Word::Low,
        "lowest | smallest | fewest | least | least common | lowest number of | smallest number of | ascending",
    ),
    (Word::Top, "top | leading"),
    (Word::Bottom, "bottom"),
    (
        Word::Sort,
        "sort | sorted | rank | ranked | order | ordered | ranking of | ranking",
    ),
    (Word::All, "all | entire | whole | including all"),
    (Word::And, "and"),
    (Word::Or, "or"),
    (Word::Versus, "vs | versus | compared to | compared with"),
    (
        Word::Compare,
        "compare | comparison | comparison of | compared",
    ),
    (Word::Between, "between"),
    (Word::To, "to"),
    (Word::Not, "not | don t | doesn t | isn t | aren t"),
    (Word::NotYet, "not yet"),
    (Word::Without, "without | no | lack | lacks | lacking"),
    (
        Word::Except,
        "except | except in | except for | excluding | not including | other than | outside | outside of",
    ),
    (Word::Elsewhere, "never | besides | other | others | non"),
    (Word::But, "but"),
    (
        Word::Than,
        "more than | less than | fewer than | at least | at most | above | below | over | under | than",
    ),
    (Word::Lead, "what about | how about | what if"),
    (
        Word::Relative,
        "this year | this month | this week | this quarter | last year | last month | last week | last \
         quarter | next year | next month | next week | next quarter | today | yesterday | year to date",
    ),
    (
        Word::Write,
        "delete | drop | update | insert | remove | truncate | alter | create | grant | set",
    ),
];
