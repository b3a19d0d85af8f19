use std::ops::Range;

use super::*;

#[test]
fn one_place_has_one_spelling() {
    for (spelling, given) in [
        ("/home/ada/src/x", &["/home/ada/src/x", "/Users/ada/src/x", "/var/home/ada/src/x", "/usr/home/ada/src/x"][..]),
        ("/home/ada/src/x", &["/export/home/ada/src/x", "/System/Volumes/Data/Users/ada/src/x", "~ada/src/x"]),
        (
            "/home/ada/src/x",
            &[r"C:\Users\ada\src\x", "c:/users/ada/src/x", r"C:\\Users\\ada\\src\\x", "d:/Users/ada/src/x"],
        ),
        ("/home/ada/src/x", &["/mnt/c/Users/ada/src/x", "/c/Users/ada/src/x", "/cygdrive/c/Users/ada/src/x"]),
        ("/home/ada/src/x", &[r"\\wsl$\Debian\home\ada\src\x", "//wsl.localhost/Debian/home/ada/src/x"]),
        ("/home/ada/src/x", &[r"\\?\C:\Users\ada\src\x", r"\\files\Users\ada\src\x", r"\\files\C$\Users\ada\src\x"]),
        (
            "/home/ada/src/x",
            &["file:///home/ada/src/x", "file:///C:/Users/ada/src/x", "file://localhost/home/ada/src/x"],
        ),
        ("/home/ada/src/x", &["//home//ada/./src/x/", "/home/bob/../ada/src/y/../x", "/../home/ada/src/x/."]),
        ("/home/ada", &["/home/ada", "/home/ada/", "~ada", r"C:\Users\ada\"]),
        ("/home", &["/home", "/Users/", r"C:\Users", "/mnt/c/Users"]),
        ("/root/x", &["/root/x", "/var/root/x", "~root/x"]),
        ("/etc/x", &["/etc/x", r"\\wsl$\Debian\etc\x", "//etc/x", "/home/../etc/x"]),
        ("D:/work/x", &[r"d:\work\x", "D:/work/x", "/mnt/d/work/x", "D:/work/./x"]),
        ("D:/", &["d:", r"D:\", "/mnt/d", r"D:\.."]),
        (r"\\files/team/x", &[r"\\files\team\x", r"\\files\team\\x\"]),
        ("~/x", &["~/x", "~//x", r"~\x"]),
        ("~", &["~", "~/", "~/x/.."]),
        ("~/../bob", &["~/../bob"]),
        ("/", &["/", "//", "/.", "/..", "/x/.."]),
        ("src/x", &["src/x", "./src/x", r"src\x", "src/y/../x"]),
        ("../x", &["../x", "y/../../x"]),
        ("../../x", &["../../x"]),
        (".", &["", ".", "./", "x/.."]),
    ] {
        for given in given {
            assert_eq!(normalised(given), spelling, "{given}");
        }
    }
}

#[test]
fn different_places_have_different_spellings() {
    let given = [
        "/home/ada/x",
        "/home/bob/x",
        "/home/ada/X",
        "/home/Ada/x",
        "/srv/home/ada/x",
        "home/ada/x",
        "~/x",
        "/x",
        "x",
        "C:/x",
        "D:/x",
        "C:x",
        "/c/x",
        "//c/x/",
        r"\\c\x",
        r"/a\b",
        "/a/b",
        "/mnt/data/x",
        "/mnt/data",
        "~x",
        "/users/ada/x",
        "~1/x",
    ];
    let spellings: std::collections::BTreeSet<_> = given.iter().map(|path| normalised(path)).collect();
    // `//c/x/` is `/c/x`.
    assert_eq!(spellings.len(), given.len() - 1, "{spellings:?}");
}

#[test]
fn spelling_is_its_own_spelling() {
    for path in [
        "/home/ada/x",
        r"C:\Users\ada\x",
        "~/x",
        "~ada/x",
        "~",
        "",
        ".",
        "../x",
        "/",
        "D:\\",
        r"\\a\b\c",
        "/root",
        "file:///x",
        "x\\y/z",
        "//wsl$/Debian/x",
        r"\\wsl$\Debian\etc",
        "/mnt/c",
        "~/../../x",
        r"C:\..\x",
        r"\\.\pipe\x",
        "~ada/../bob/x",
    ] {
        let once = normalised(path);
        assert_eq!(normalised(&once), once, "{path}");
        assert_eq!(ancestors(&once), ancestors(path), "{path}");
    }
}

#[test]
fn ancestors_go_from_the_top_to_the_path() {
    for (path, folders) in [
        ("/Users/ada/src/x", &["/home", "/home/ada", "/home/ada/src", "/home/ada/src/x"][..]),
        ("/etc/passwd", &["/etc", "/etc/passwd"]),
        (r"d:\work\x", &["D:/", "D:/work", "D:/work/x"]),
        (r"\\files\team\x", &[r"\\files", r"\\files/team", r"\\files/team/x"]),
        ("~/x", &["~", "~/x"]),
        ("src/x", &["src", "src/x"]),
        ("../x", &["..", "../x"]),
        ("/", &["/"]),
        ("", &["."]),
    ] {
        assert_eq!(ancestors(path), folders, "{path}");
        assert_eq!(ancestors(path).last(), Some(&normalised(path)));
    }
}

fn marked(text: &str, users: &[Range<usize>]) -> String {
    let mut marked = text.to_owned();
    for user in users.iter().rev() {
        marked.replace_range(user.clone(), "#");
    }
    marked
}

#[test]
fn users_of_a_path_are_found_where_they_stand() {
    for (path, hidden) in [
        ("/home/ada/x", "/home/#/x"),
        ("/home/ada", "/home/#"),
        ("/Users/ada/x", "/Users/#/x"),
        ("/var/home/ada/x", "/var/home/#/x"),
        (r"C:\Users\ada\x", r"C:\Users\#\x"),
        (r"C:\Users\Ada Lovelace\x", r"C:\Users\#\x"),
        ("C:/Users/ada/x", "C:/Users/#/x"),
        (r"C:\\Users\\ada\\x", r"C:\\Users\\#\\x"),
        (r"\\?\C:\Users\ada", r"\\?\C:\Users\#"),
        ("/mnt/c/Users/ada/x", "/mnt/c/Users/#/x"),
        ("/c/Users/ada/x", "/c/Users/#/x"),
        (r"\\wsl$\Ubuntu\home\ada\x", r"\\wsl$\Ubuntu\home\#\x"),
        ("//wsl.localhost/Ubuntu/home/ada/x", "//wsl.localhost/Ubuntu/home/#/x"),
        ("~ada/x", "~#/x"),
        ("~ada", "~#"),
        ("file:///home/ada/x", "file:///home/#/x"),
        ("/home//ada/./x", "/home//#/./x"),
        ("/srv/../home/ada", "/srv/../home/#"),
        ("/home/ada/../bob/x", "/home/#/../#/x"),
        ("/home/zoë/x", "/home/#/x"),
        ("/home/ada/.claude/projects/-home-ada-work", "/home/#/.claude/projects/-home-#-work"),
        ("/home/ada-l/.claude/projects/-home-ada-l-work", "/home/#/.claude/projects/-home-#-work"),
        ("~/.claude/projects/-Users-ada-work/x.jsonl", "~/.claude/projects/-Users-#-work/x.jsonl"),
    ] {
        assert_eq!(marked(path, &users(path)), hidden);
    }
}

#[test]
fn nobody_is_found_where_nobody_is() {
    for path in [
        "",
        "/",
        "~",
        "~/x",
        "/home",
        "/home/",
        "/home/runner/work/x",
        "/home/ubuntu",
        "/root/x",
        "~root/x",
        "/Users/Shared/x",
        r"C:\Users\Public\x",
        r"C:\Users\runneradmin",
        "/home/[user#1a2b3c4d5e]/x",
        "~[user#1a2b3c4d5e]/x",
        "/home/$USER/x",
        "/home/*/x",
        "/home/<user>/x",
        "/home/../etc/x",
        "/srv/home/ada/x",
        "home/ada/x",
        "../home/ada",
        "/users/ada",
        "/homes/ada",
        "/mnt/data/Users/ada",
        "/v/users/ada",
        "~1",
        "~+/x",
        "C:Users\\ada",
    ] {
        assert_eq!(users(path), Vec::<Range<usize>>::new(), "{path}");
    }
}

#[test]
fn role_accounts_are_sorted_and_in_lower_case() {
    for name in
        ["runner", "Administrator", "ROOT", "Default User", "you", "all users", "$USER", "", "..", "[user#1a2b3c4d5e]"]
    {
        assert!(is_nobody(name), "{name}");
    }
    for name in ["ada", "u", "Root2", "jane.doe", "o'neil", "1ada", "_ada"] {
        assert!(!is_nobody(name), "{name}");
    }
}

#[test]
fn users_are_found_in_the_paths_of_a_text() {
    for (text, hidden) in [
        ("cat /home/ada/.ssh/id", "cat /home/#/.ssh/id"),
        ("cd /home/ada && ls /Users/bob/x", "cd /home/# && ls /Users/#/x"),
        ("PATH=/usr/bin:/home/ada/bin:/Users/ada/bin", "PATH=/usr/bin:/home/#/bin:/Users/#/bin"),
        ("--dir=/home/ada/x", "--dir=/home/#/x"),
        ("cc -I/home/ada/include -L/home/ada/lib", "cc -I/home/#/include -L/home/#/lib"),
        ("scp ada@host:/home/ada/x .", "scp ada@host:/home/#/x ."),
        (r#"type "C:\Users\Ada Lovelace\x""#, r#"type "C:\Users\#\x""#),
        (r"dir C:\Users\ada", r"dir C:\Users\#"),
        (r#"{"file_path":"C:\\Users\\ada\\x"}"#, r#"{"file_path":"C:\\Users\\#\\x"}"#),
        (r"copy \\wsl$\Ubuntu\home\ada\x .", r"copy \\wsl$\Ubuntu\home\#\x ."),
        ("ls ~ada/x", "ls ~#/x"),
        ("see file:///home/ada/x.", "see file:///home/#/x."),
        ("curl https://h/x?dir=/home/ada/x", "curl https://h/x?dir=/home/#/x"),
        ("('/home/ada/x')", "('/home/#/x')"),
        ("/home/ada/x", "/home/#/x"),
        ("ls /home/ada:/home/bob", "ls /home/#:/home/#"),
    ] {
        assert_eq!(marked(text, &users_in(text)), hidden);
    }
}

#[test]
fn texts_without_homes_are_left_alone() {
    for text in [
        "",
        "/",
        "~",
        "a/b",
        "curl https://home/ada/x",
        "curl https://host/home/ada",
        "GET http://Users/ada",
        "git log HEAD~ada/x",
        "~ada",
        "npm i x@~a",
        "src/home/ada",
        "./home/ada",
        "/home/runner/work",
        "s/home/ada/",
        "/home/[user#1a2b3c4d5e]/x",
        "https://host:80/home/ada",
        "\\",
        "~/~/~/",
        "/api/Users/ada",
    ] {
        assert_eq!(users_in(text), Vec::<Range<usize>>::new(), "{text}");
    }
}

#[test]
fn very_deep_paths_have_their_upper_folders_only() {
    let folder = "/x".repeat(DEEPEST);
    let path = format!("{folder}/y/z");
    let folders = ancestors(&path);
    assert_eq!((folders.len(), folders.last()), (DEEPEST, Some(&path)));
    assert_eq!(folders.get(..DEEPEST - 1), ancestors(&folder).get(..DEEPEST - 1));
}
