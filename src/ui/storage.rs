//! Settings of the page that outlive it. A sandboxed frame has no storage: they then last as long as the page.

/// Reads a value.
pub fn read(key: &str) -> Option<String> {
    storage()?.get_item(key).ok()?
}

/// Writes a value. False if there is no storage, or no room in it.
pub fn write(key: &str, value: &str) -> bool {
    storage().is_some_and(|storage| storage.set_item(key, value).is_ok())
}

fn storage() -> Option<web_sys::Storage> {
    gloo::utils::window().local_storage().ok().flatten()
}
