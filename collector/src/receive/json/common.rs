//! The messages that all signals share.

use barograph_proto::otlp::{
    AnyValue, ArrayValue, InstrumentationScope, KeyValue, KeyValueList, Resource, any_value::Value as Any,
};
use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use opentelemetry_proto::tonic::common::v1::EntityRef;

use super::Fault;
use super::fields::Fields;

/// Protobuf JSON takes either alphabet, with or without padding.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

pub(super) fn resource(mut fields: Fields) -> Result<Resource, Fault> {
    Ok(Resource {
        attributes: fields.list("attributes", key_value)?,
        dropped_attributes_count: fields.u32("droppedAttributesCount")?,
        entity_refs: fields.list("entityRefs", entity_ref)?,
    })
}

fn entity_ref(mut fields: Fields) -> Result<EntityRef, Fault> {
    Ok(EntityRef {
        schema_url: fields.text("schemaUrl")?,
        r#type: fields.text("type")?,
        id_keys: fields.texts("idKeys")?,
        description_keys: fields.texts("descriptionKeys")?,
    })
}

pub(super) fn scope(mut fields: Fields) -> Result<InstrumentationScope, Fault> {
    Ok(InstrumentationScope {
        name: fields.text("name")?,
        version: fields.text("version")?,
        attributes: fields.list("attributes", key_value)?,
        dropped_attributes_count: fields.u32("droppedAttributesCount")?,
    })
}

pub(super) fn key_value(mut fields: Fields) -> Result<KeyValue, Fault> {
    Ok(KeyValue {
        key: fields.text("key")?,
        value: fields.message("value", any_value)?,
        key_strindex: fields.i32("keyStrindex")?,
    })
}

/// The kinds of value, of which a value has one.
const KINDS: [&str; 7] =
    ["stringValue", "boolValue", "intValue", "doubleValue", "arrayValue", "kvlistValue", "bytesValue"];

/// A value of any kind; one of no kind is a value that is unset.
pub(super) fn any_value(mut fields: Fields) -> Result<AnyValue, Fault> {
    let value = if let Some(text) = fields.optional_text("stringValue")? {
        Some(Any::StringValue(text))
    } else if let Some(boolean) = fields.boolean("boolValue")? {
        Some(Any::BoolValue(boolean))
    } else if let Some(number) = fields.i64("intValue")? {
        Some(Any::IntValue(number))
    } else if let Some(number) = fields.f64("doubleValue")? {
        Some(Any::DoubleValue(number))
    } else if let Some(array) = fields.message("arrayValue", array)? {
        Some(Any::ArrayValue(array))
    } else if let Some(list) = fields.message("kvlistValue", key_value_list)? {
        Some(Any::KvlistValue(list))
    } else if let Some(text) = fields.optional_text("bytesValue")? {
        let text = text.replace('-', "+").replace('_', "/");
        let bytes = BASE64.decode(text).map_err(|_| Fault { field: "bytesValue", expected: "base64" })?;
        Some(Any::BytesValue(bytes))
    } else {
        None
    };
    fields.none_of(&KINDS)?;
    Ok(AnyValue { value })
}

fn array(mut fields: Fields) -> Result<ArrayValue, Fault> {
    Ok(ArrayValue { values: fields.list("values", any_value)? })
}

fn key_value_list(mut fields: Fields) -> Result<KeyValueList, Fault> {
    Ok(KeyValueList { values: fields.list("values", key_value)? })
}
