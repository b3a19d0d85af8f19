//! Sample answers, an empty site, and what every page must keep: for tests only.

mod contract;
mod samples;
mod shown;
mod site;
