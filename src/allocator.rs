//! The allocator of the program, and how long it keeps what was freed.

use std::ffi::{c_int, c_long};
use std::time::Duration;

use libmimalloc_sys::mi_option_set;
use mimalloc::MiMalloc;

/// A record is some hundred small texts, made on one thread and freed on another. Under load the system's allocator took a
/// fifth of the receiver's CPU time and kept twice the memory.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// How long freed memory stays with the process. The tables are written once a second, so what one commit frees the next
/// one needs; a page that was given back in between has to be cleared again, and on a virtual machine that gives free
/// memory back to its host that costs a hundred times as much. It took a tenth of the receiver's CPU time.
const KEPT: Duration = Duration::from_secs(10);

/// `mi_option_purge_delay` of mimalloc 3, milliseconds: `mi_option_e` in its `mimalloc.h`. The bindings do not name it.
const PURGE_DELAY: c_int = 15;

/// Lets the allocator keep freed memory for a while. To be called before anything else.
pub(crate) fn keep_freed_memory() {
    let millis = c_long::try_from(KEPT.as_millis()).unwrap_or(c_long::MAX);
    #[expect(unsafe_code, reason = "the allocator has no other way to be told")]
    // SAFETY: it sets an integer in a table of the allocator's own, whose bounds it checks.
    unsafe {
        mi_option_set(PURGE_DELAY, millis);
    }
}

#[cfg(test)]
mod tests {
    use libmimalloc_sys::mi_option_get;

    use super::*;

    #[test]
    fn the_option_is_the_one_with_a_second_for_its_default() {
        #[expect(unsafe_code, reason = "the allocator has no other way to be asked")]
        // SAFETY: it reads an integer of a table of the allocator's own, whose bounds it checks.
        let get = || unsafe { mi_option_get(PURGE_DELAY) };
        assert_eq!(get(), 1_000);
        keep_freed_memory();
        assert_eq!(get(), 10_000);
    }
}
