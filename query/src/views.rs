//! The views that join the tables into answers, and the two functions they need.

use datafusion::error::Result;
use datafusion::prelude::SessionContext;

use crate::{attribution, command_head};

/// The views by name, in the order in which they may build on each other.
const VIEWS: [(&str, &str); 2] =
    [("decisions", include_str!("views/decisions.sql")), ("sessions", include_str!("views/sessions.sql"))];

/// Registers functions and views on a session that knows the tables.
///
/// # Errors
/// When a view does not plan over the tables as they are.
pub(crate) async fn register(context: &SessionContext) -> Result<()> {
    context.register_udf(attribution::function());
    context.register_udf(command_head::function());
    for (name, sql) in VIEWS {
        let view = context.sql(sql).await?.into_view();
        context.register_table(name, view)?;
    }
    Ok(())
}
