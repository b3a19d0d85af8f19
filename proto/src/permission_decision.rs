//! `permission_decision`, our own record of a question and its answer.

#[expect(missing_docs, reason = "generated from the .proto file, which carries the documentation")]
pub mod v1 {
    include!(concat!(env!("OUT_DIR"), "/barograph.v1.rs"));
}
