//! What may be asked in SQL: one statement that reads.
//!
//! Judged on the parsed text. [`crate::run`] has the engine judge the plan as well, and the session it runs in could not
//! write anyway; each of the three would do.

use std::ops::ControlFlow;

use datafusion::sql::parser::{DFParserBuilder, Statement};
use datafusion::sql::sqlparser::ast::{
    DescribeAlias, Query, Select, SetExpr, Statement as SqlStatement, Visit, Visitor,
};
use datafusion::sql::sqlparser::dialect::GenericDialect;
use datafusion::sql::sqlparser::keywords::Keyword;
use datafusion::sql::sqlparser::parser::ParserError;
use datafusion::sql::sqlparser::tokenizer::{Token, Tokenizer};

/// The longest statement, bytes.
const MAX_LENGTH: usize = 64 * 1024;

/// The most operators and keywords in a statement. They bound how deep an expression can be, and with it the stack and
/// the time that planning takes, which cannot be broken off: 1,000 sums in a row took 4 s in a debug build on a busy
/// machine, 4,900 more than 30 s. Names, values and commas do not count, so a long IN list passes.
const MAX_OPERATORS: usize = 1_000;

/// Why a statement may not be asked.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refusal {
    #[error("the statement is empty; ask with SELECT, such as: SELECT * FROM decisions LIMIT 10")]
    Empty,
    #[error(
        "the statement is longer than {MAX_LENGTH} bytes or has more than {MAX_OPERATORS} operators and keywords; ask in smaller parts"
    )]
    TooLong,
    #[error("the statement does not parse: {0}")]
    Syntax(String),
    #[error("there are {0} statements; ask one at a time")]
    Several(usize),
    #[error(
        "{0} is not allowed: tables can only be read, with SELECT, WITH, VALUES, EXPLAIN, DESCRIBE, SHOW TABLES \
         or SHOW COLUMNS"
    )]
    NotReading(String),
}

/// A statement that may be asked.
#[derive(Debug)]
pub(crate) struct Checked {
    pub(crate) statement: Statement,
    pub(crate) shape: Shape,
}

/// What a statement answers with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Rows of a query, as many as there are.
    Rows,
    /// A plan or a list of columns.
    Description,
}

/// Lets a statement pass that only reads.
pub(crate) fn check(sql: &str) -> Result<Checked, Refusal> {
    if sql.len() > MAX_LENGTH {
        return Err(Refusal::TooLong);
    }
    let dialect = GenericDialect {};
    let tokens =
        Tokenizer::new(&dialect, sql).tokenize_with_location().map_err(|error| Refusal::Syntax(error.to_string()))?;
    if tokens.iter().filter(|token| deepens(&token.token)).count() > MAX_OPERATORS {
        return Err(Refusal::TooLong);
    }
    let mut statements = DFParserBuilder::new(tokens)
        .with_dialect(&dialect)
        .build()
        .and_then(|mut parser| parser.parse_statements())
        .map_err(|error| Refusal::Syntax(syntax(&error)))?;
    if statements.len() > 1 {
        return Err(Refusal::Several(statements.len()));
    }
    let statement = statements.pop_front().ok_or(Refusal::Empty)?;
    let shape = shape(&statement).ok_or_else(|| Refusal::NotReading(verb(&statement)))?;
    Ok(Checked { statement, shape })
}

fn deepens(token: &Token) -> bool {
    match token {
        Token::Word(word) => word.keyword != Keyword::NoKeyword,
        Token::Whitespace(_)
        | Token::Number(..)
        | Token::SingleQuotedString(_)
        | Token::Comma
        | Token::Period
        | Token::LParen
        | Token::RParen => false,
        _ => true,
    }
}

/// What an allowed statement answers with; none for one that is not allowed.
fn shape(statement: &Statement) -> Option<Shape> {
    match statement {
        Statement::Statement(statement) => match &**statement {
            SqlStatement::Query(query) => reads(query).then_some(Shape::Rows),
            SqlStatement::ShowTables { .. } | SqlStatement::ShowColumns { .. } => Some(Shape::Rows),
            SqlStatement::ExplainTable { describe_alias: DescribeAlias::Describe | DescribeAlias::Desc, .. } => {
                Some(Shape::Description)
            }
            SqlStatement::Explain { statement, .. } => match &**statement {
                SqlStatement::Query(query) => reads(query).then_some(Shape::Description),
                _ => None,
            },
            _ => None,
        },
        Statement::Explain(explain) => match &*explain.statement {
            Statement::Statement(statement) => match &**statement {
                SqlStatement::Query(query) => reads(query).then_some(Shape::Description),
                _ => None,
            },
            _ => None,
        },
        Statement::CreateExternalTable(_) | Statement::CopyTo(_) | Statement::Reset(_) => None,
    }
}

fn reads(query: &Query) -> bool {
    query.visit(&mut Writes).is_continue()
}

/// Stops at anything inside a query that is more than reading, wherever in it.
struct Writes;

impl Visitor for Writes {
    type Break = ();

    // Queries hold statements only where they write: WITH x AS (INSERT …), and the like.
    fn pre_visit_statement(&mut self, _statement: &SqlStatement) -> ControlFlow<()> {
        ControlFlow::Break(())
    }

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        let plain = query.locks.is_empty()
            && query.for_clause.is_none()
            && query.settings.is_none()
            && query.format_clause.is_none()
            && plain(&query.body);
        if plain { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    }

    fn pre_visit_select(&mut self, select: &Select) -> ControlFlow<()> {
        if select.into.is_none() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    }
}

fn plain(body: &SetExpr) -> bool {
    match body {
        // Their insides are visited on their own.
        SetExpr::Select(_) | SetExpr::Query(_) | SetExpr::Values(_) => true,
        SetExpr::SetOperation { left, right, .. } => plain(left) && plain(right),
        SetExpr::Insert(_) | SetExpr::Update(_) | SetExpr::Delete(_) | SetExpr::Merge(_) | SetExpr::Table(_) => false,
    }
}

/// The first word of a statement, which names what it would do.
fn verb(statement: &Statement) -> String {
    let text = statement.to_string();
    let word = text.split_whitespace().next().unwrap_or_default().to_uppercase();
    match word.trim_start_matches('(') {
        "SELECT" | "WITH" | "EXPLAIN" | "DESCRIBE" | "DESC" => "what this statement does beside reading".to_owned(),
        _ => word,
    }
}

/// A parser's complaint, with its position, without the engine's framing.
fn syntax(error: &datafusion::error::DataFusionError) -> String {
    match error.find_root() {
        datafusion::error::DataFusionError::SQL(error, _) => match &**error {
            ParserError::TokenizerError(message) | ParserError::ParserError(message) => message.clone(),
            ParserError::RecursionLimitExceeded => "it is nested too deeply".to_owned(),
        },
        other => other.message().into_owned(),
    }
}

#[cfg(test)]
mod tests;
