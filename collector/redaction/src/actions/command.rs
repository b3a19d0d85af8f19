//! Commands without their operands: program, subcommand, flags and operators are kept, everything else is hidden.
//!
//! What is kept are words that programs choose, never people: a program's name, the words of [`SUBCOMMANDS`]' depth
//! after it, flags without their values.

mod parts;

use self::parts::{Is, parts};
use crate::forms;

/// Programs that take a subcommand, and how many words one has at most.
#[rustfmt::skip] // One name a line hides the list.
const SUBCOMMANDS: &[(&str, usize)] = &[
    ("apt", 1), ("apt-get", 1), ("aws", 2), ("az", 3), ("brew", 1), ("bun", 1), ("bundle", 1), ("cargo", 1),
    ("composer", 1), ("conda", 2), ("deno", 1), ("dnf", 1), ("docker", 2), ("docker-compose", 1), ("dotnet", 1),
    ("fly", 2), ("flyctl", 2), ("gcloud", 4), ("gem", 1), ("gh", 2), ("git", 1), ("glab", 2), ("go", 1), ("helm", 2),
    ("heroku", 1), ("ip", 2), ("just", 1), ("kubectl", 1), ("launchctl", 1), ("mise", 1), ("nix", 1), ("npm", 1),
    ("op", 2), ("pip", 1), ("pip3", 1), ("pipx", 1), ("pnpm", 1), ("podman", 2), ("poetry", 1), ("pulumi", 2),
    ("rustup", 2), ("svn", 1), ("systemctl", 1), ("task", 1), ("terraform", 2), ("tofu", 2), ("uv", 2), ("vault", 2),
    ("vercel", 2), ("wrangler", 2), ("yarn", 1), ("yum", 1),
];

/// Programs that run what follows them.
const WRAPPERS: &[&str] =
    &["builtin", "command", "doas", "env", "exec", "nice", "nohup", "npx", "sudo", "time", "xargs"];

/// Flags of those that are followed by a value.
const VALUED: &[&str] =
    &["-C", "-D", "-I", "-L", "-P", "-R", "-S", "-T", "-U", "-c", "-d", "-g", "-h", "-n", "-p", "-r", "-s", "-t", "-u"];

/// Programs whose flags of one letter carry their value, a password often, without a blank.
const GLUED: &[&str] = &["curl", "mariadb", "mysql", "mysqladmin", "mysqldump", "psql", "sshpass", "wget"];

/// Longest word that is kept as a subcommand or a flag, bytes.
const LONGEST_WORD: usize = 32;

/// Writes what `hide` makes of it in place of every operand of a shell text. None when it cannot be read as one, or when
/// what is written would be read in another way than it was.
pub(crate) fn hide_operands(text: &str, hide: impl FnMut(&str) -> String) -> Option<String> {
    let written = without_operands(text, hide)?;
    let again = without_operands(&written, |_| String::new())?;
    (again == written).then_some(written)
}

fn without_operands(text: &str, mut hide: impl FnMut(&str) -> String) -> Option<String> {
    let mut written = String::with_capacity(text.len());
    let mut reader = Reader::default();
    let mut copied = 0;
    for part in parts(text)? {
        let word = text.get(part.span.clone())?;
        let kept = match part.is {
            Is::Program => reader.program(word),
            Is::Word => reader.word(word),
            Is::Target => {
                if matches!(word, "/dev/null" | "-") {
                    word
                } else {
                    ""
                }
            }
            Is::Assigned | Is::Document => "",
        };
        written.push_str(text.get(copied..part.span.start)?);
        push(&mut written, word, kept, &mut hide);
        copied = part.span.end;
    }
    written.push_str(text.get(copied..)?);
    Some(written)
}

/// The same for a command that comes as its words.
pub(crate) fn hide_operands_of(words: &mut [String], mut hide: impl FnMut(&str) -> String) {
    let mut reader = Reader::default();
    for (at, word) in words.iter_mut().enumerate() {
        let kept = if at == 0 { reader.program(word) } else { reader.word(word) };
        let mut written = String::new();
        push(&mut written, word, kept, &mut hide);
        *word = written;
    }
}

/// Writes a word of which the beginning is kept.
fn push(written: &mut String, word: &str, kept: &str, hide: &mut impl FnMut(&str) -> String) {
    let operand = word.strip_prefix(kept).unwrap_or(word);
    let is_form = forms::at(operand.as_bytes(), 0) == Some(operand.len());
    written.push_str(kept);
    if operand.is_empty() || is_form {
        written.push_str(operand);
    } else {
        written.push_str(&hide(operand));
    }
}

/// Reads a command word by word, and says how much of each is kept.
#[derive(Default)]
struct Reader {
    /// How many more words may be subcommands.
    subcommands: usize,
    /// Whether the next word that is no flag is a program.
    wraps: bool,
    /// Whether the next word is a flag's value.
    valued: bool,
    glued: bool,
}

impl Reader {
    fn program<'w>(&mut self, word: &'w str) -> &'w str {
        let name = word.rsplit(['/', '\\']).next().unwrap_or(word);
        let depth = SUBCOMMANDS.iter().find(|(program, _)| *program == name).map_or(0, |(_, depth)| *depth);
        *self =
            Self { subcommands: depth, wraps: WRAPPERS.contains(&name), valued: false, glued: GLUED.contains(&name) };
        let is_plain = word == "["
            || word.len() <= 2 * LONGEST_WORD && word.bytes().all(|byte| is_plain(byte) || b"/+".contains(&byte));
        if is_plain && barograph_proto::paths::users(word).is_empty() { word } else { "" }
    }

    fn word<'w>(&mut self, word: &'w str) -> &'w str {
        if word.starts_with('-') {
            // A flag's value may look like a subcommand.
            self.subcommands = 0;
            self.valued = self.wraps && VALUED.contains(&word);
            return self.flag(word);
        }
        if std::mem::take(&mut self.valued) {
            return "";
        }
        if word == "]" {
            return word;
        }
        if self.wraps {
            return if word.contains('=') { "" } else { self.program(word) };
        }
        let is_subcommand = self.subcommands > 0
            && word.len() <= LONGEST_WORD
            && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
        if is_subcommand {
            self.subcommands -= 1;
            return word;
        }
        self.subcommands = 0;
        ""
    }

    /// A flag up to its value. A flag of one letter that may carry one is kept up to the letter.
    fn flag<'w>(&self, word: &'w str) -> &'w str {
        let name = word.split_once('=').map_or(word, |(name, _)| word.get(..=name.len()).unwrap_or(name));
        let is_long = name.starts_with("--");
        let is_word =
            name.len() <= LONGEST_WORD && name.bytes().all(|byte| byte.is_ascii_alphabetic() || b"-=_".contains(&byte));
        if is_word && (is_long || name.len() <= 2 || !self.glued) || matches!(word, "-" | "--") {
            return name;
        }
        let letter = word
            .get(..2)
            .filter(|start| !is_long && start.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'-'));
        letter.unwrap_or_default()
    }
}

fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"_.-".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hidden(words: &str) -> String {
        let mut words: Vec<String> = words.split(' ').map(str::to_owned).collect();
        hide_operands_of(&mut words, |operand| format!("<{}>", operand.len()));
        words.join(" ")
    }

    fn hidden_in(text: &str) -> Option<String> {
        without_operands(text, |operand| format!("<{}>", operand.len()))
    }

    #[test]
    fn operands_of_a_shell_text_are_hidden_and_operators_kept() {
        for (text, expected) in [
            ("ls -l '/srv/a b' | grep -i x > /dev/null 2>&1", "ls -l <10> | grep -i <1> > /dev/null 2>&1"),
            ("A=b cargo test && echo \"$HOME\"; cd x", "A=<1> cargo test && echo <7>; cd <1>"),
            ("cat <<'EOF' > out\nhunter2 x\nEOF\nls", "cat <<'EOF' > <3>\n<9>\nEOF\nls"),
            ("tee x <<-EOF\n\thunter2\n\tEOF\n", "tee <1> <<-EOF\n<8>\n\tEOF\n"),
            ("cat <<A <<B\na\nA\nb\nB\n", "cat <<A <<B\n<1>\nA\n<1>\nB\n"),
            ("cat <<EOF\nhunter2", "cat <<EOF\n<7>"),
            ("ls # hunter2", "ls <9>"),
            ("for f in a b; do rm $f; done", "for <1> in <1> <1>; do rm <2>; done"),
            ("if [ -f x ]; then cat x; fi", "if [ -f <1> ]; then cat <1>; fi"),
            ("echo $(cat x) `id`", "echo <8> <4>"),
            ("diff <(cat x) y", "diff <(cat <1>) <1>"),
            ("a \\\n  b", "a \\\n  <1>"),
            ("cat <<< hunter2", "cat <<< <7>"),
            ("[arg:3:0123456789abcdef] x", "[arg:3:0123456789abcdef] <1>"),
            ("", ""),
        ] {
            assert_eq!(hidden_in(text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_shell_text_is_not_read_as_one() {
        for text in ["echo 'x", "A=(b c)", "case x in y) z;; esac", "((x))", "echo $(cat", "select x in y; do z; done"]
        {
            assert_eq!(hidden_in(text), None, "{text}");
        }
    }

    #[test]
    fn words_that_programs_choose_are_kept() {
        for (command, expected) in [
            ("ls -la /srv/x", "ls -la <6>"),
            ("git commit -m message --amend", "git commit -m <7> --amend"),
            ("git -C repo status", "git -C <4> <6>"),
            ("docker compose up -d web", "docker compose up -d <3>"),
            ("kubectl get Pods", "kubectl get <4>"),
            ("curl -uada:pw --header=x https://x.io", "curl -u<6> --header=<1> <12>"),
            ("mysql -phunter db", "mysql -p<6> <2>"),
            ("sudo -E apt-get install -y curl", "sudo -E apt-get install -y <4>"),
            ("sudo -u ada apt-get update", "sudo -u <3> apt-get update"),
            ("env A=b cargo test name", "env <3> cargo test <4>"),
            ("/usr/bin/python3 x.py", "/usr/bin/python3 <4>"),
            ("/home/ada/bin/x y", "<15> <1>"),
            ("head -n5 -", "head -n<1> -"),
            ("find . -name x", "find <1> -name <1>"),
            ("hunter2;rm x", "<10> <1>"),
            ("app [arg:3:0123456789abcdef]", "app [arg:3:0123456789abcdef]"),
        ] {
            assert_eq!(hidden(command), expected);
        }
    }
}
