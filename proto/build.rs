//! Compiles `schema/` into Rust. `protox` is a compiler in Rust, so that no `protoc` need be installed.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo::rerun-if-changed=schema");
    let files = protox::compile(["barograph/v1/permission_decision.proto"], ["schema"])?;
    prost_build::Config::new().skip_debug(["."]).compile_fds(files)?;
    Ok(())
}
