//! Finds Chromium, its driver and Firefox, and installs them where that needs no question: on Debian as root.

use crate::apt;
use crate::run::{find_on_path, output_of, program};
use anyhow::{Result, bail};
use std::path::PathBuf;

const PACKAGES: [&str; 2] = ["chromium", "chromium-driver"];

/// A browser for tests. The variable CHROMIUM names one that is not in a usual place.
pub fn chromium() -> Result<PathBuf> {
    if let Some(found) = find_chromium() {
        return Ok(found);
    }
    if apt::may_install() {
        apt::install_packages(&PACKAGES)?;
        if let Some(found) = find_chromium() {
            return Ok(found);
        }
    }
    bail!(
        "Chrome or Chromium is needed: install it ({}), or set CHROMIUM to the path of its program.",
        if find_on_path("apt-get").is_some() {
            "`sudo apt-get install chromium chromium-driver`"
        } else {
            "from https://www.google.com/chrome"
        }
    )
}

/// Firefox, for what must be the same in every browser. The variable FIREFOX names one that is not in a usual place.
pub fn firefox() -> Result<PathBuf> {
    if let Some(found) = find_firefox() {
        return Ok(found);
    }
    if apt::may_install() {
        apt::install_packages(&["firefox-esr"])?;
        if let Some(found) = find_firefox() {
            return Ok(found);
        }
    }
    bail!(
        "Firefox is needed: install it ({}), or set FIREFOX to the path of its program.",
        if find_on_path("apt-get").is_some() {
            "`sudo apt-get install firefox-esr`"
        } else {
            "from https://www.mozilla.org/firefox"
        }
    )
}

fn find_firefox() -> Option<PathBuf> {
    const PLACES: [&str; 2] =
        ["/Applications/Firefox.app/Contents/MacOS/firefox", r"C:\Program Files\Mozilla Firefox\firefox.exe"];
    named_by("FIREFOX")
        .or_else(|| ["firefox-esr", "firefox"].iter().find_map(|name| find_on_path(name)))
        .or_else(|| PLACES.iter().map(PathBuf::from).find(|place| place.is_file()))
}

/// The program that steers the browser. The variable CHROMEDRIVER names one that is not on PATH.
pub fn chromedriver() -> Result<PathBuf> {
    let browser = chromium()?;
    if let Some(found) = find_chromedriver() {
        return Ok(found);
    }
    if apt::may_install() {
        apt::install_packages(&PACKAGES)?;
        if let Some(found) = find_chromedriver() {
            return Ok(found);
        }
    }
    let major = output_of(program(browser).arg("--version")).and_then(|text| major_version(&text)).unwrap_or_default();
    bail!(
        "chromedriver is needed, of the browser's version: get it by \
         `npx @puppeteer/browsers install chromedriver@{major}` and set CHROMEDRIVER to the path that this prints."
    )
}

fn find_chromium() -> Option<PathBuf> {
    const NAMES: [&str; 5] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];
    const PLACES: [&str; 4] = [
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        "/Applications/Chromium.app/Contents/MacOS/Chromium",
        r"C:\Program Files\Google\Chrome\Application\chrome.exe",
        r"C:\Program Files (x86)\Google\Chrome\Application\chrome.exe",
    ];
    named_by("CHROMIUM")
        .or_else(|| NAMES.iter().find_map(|name| find_on_path(name)))
        .or_else(|| PLACES.iter().map(PathBuf::from).find(|place| place.is_file()))
}

fn find_chromedriver() -> Option<PathBuf> {
    named_by("CHROMEDRIVER").or_else(|| find_on_path("chromedriver"))
}

fn named_by(variable: &str) -> Option<PathBuf> {
    std::env::var_os(variable).map(PathBuf::from).filter(|path| path.is_file())
}

/// `156` of `Chromium 156.0.8078.79 built on Debian`.
fn major_version(text: &str) -> Option<String> {
    let version = text.split_whitespace().find(|word| word.starts_with(|first: char| first.is_ascii_digit()))?;
    version.split('.').next().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_major_version_is_read_from_what_a_browser_prints() {
        assert_eq!(major_version("Chromium 156.0.8078.79 built on Debian").as_deref(), Some("156"));
        assert_eq!(major_version("no version"), None);
    }
}
