//! A shell text taken apart by a real shell's rules of quoting. Only what is understood gets a name; the rest of the text
//! is blanks and operators, or the text is none that we read.

use std::ops::Range;

use shuck_parser::parser::Lexer;

/// What a stretch of a shell text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Is {
    /// The name of a program.
    Program,
    /// A word after it.
    Word,
    /// The value of an assignment.
    Assigned,
    /// A word after a redirect's sign.
    Target,
    /// The lines of a here-document, or a comment.
    Document,
}

/// A stretch of a shell text that is no blank, operator or keyword.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) span: Range<usize>,
    pub(super) is: Is,
}

/// Longest text that is taken apart, bytes.
const LONGEST: usize = 64 * 1024;

/// Operators after which a program stands.
const SEPARATORS: &[&str] = &["\n", ";", "&&", "||", "|", "|&", "&", "{", "}"];

/// Words in a program's place that are part of the language, and are followed by a program.
const KEYWORDS: &[&str] = &["!", "do", "done", "elif", "else", "fi", "if", "then", "time", "until", "while", "{", "}"];

/// Words that begin what is not read: programs and other words stand in it in places of their own.
const UNREAD: &[&str] = &["case", "coproc", "esac", "function", "select"];

/// The parts of a shell text, in order. None when it is none that we read.
pub(super) fn parts(text: &str) -> Option<Vec<Part>> {
    if text.len() > LONGEST {
        return None;
    }
    let mut reader = Reader { text, parts: Vec::new(), at: 0, place: Place::Program, open: 0, documents: Vec::new() };
    while reader.read()? {}
    Some(reader.parts)
}

/// What the next word is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Program,
    Word,
    /// After `for`.
    Variable,
    /// After that.
    In,
    Target {
        then: After,
    },
    Delimiter {
        then: After,
        stripped: bool,
    },
}

/// What comes after a redirect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum After {
    Program,
    Word,
}

impl From<After> for Place {
    fn from(after: After) -> Self {
        match after {
            After::Program => Self::Program,
            After::Word => Self::Word,
        }
    }
}

/// A here-document whose lines have not begun.
struct Document {
    delimiter: String,
    /// Whether tabs before the delimiter do not count.
    stripped: bool,
}

struct Reader<'a> {
    text: &'a str,
    parts: Vec<Part>,
    /// How far the text has been read.
    at: usize,
    place: Place,
    /// Parentheses that are open.
    open: usize,
    documents: Vec<Document>,
}

impl Reader<'_> {
    /// Reads up to the next here-document. Gives whether there is more.
    fn read(&mut self) -> Option<bool> {
        let base = self.at;
        let mut lexer = Lexer::new(self.text.get(base..)?);
        let mut word: Option<Range<usize>> = None;
        loop {
            let token = lexer.next_lexed_token();
            let (start, end) = token.as_ref().map_or((self.text.len(), self.text.len()), |token| {
                (base + token.span.start.offset(), base + token.span.end.offset())
            });
            let is_word = token.as_ref().is_some_and(|token| token.kind.is_word_like());
            // Quoted and bare parts without a blank between them are one word.
            match &mut word {
                Some(word) if is_word && word.end == start => {
                    word.end = end;
                    continue;
                }
                _ => self.word(word.take())?,
            }
            self.gap(start)?;
            if is_word {
                word = Some(start..end);
                continue;
            }
            if token.is_none() {
                return Some(false);
            }
            let sign = self.text.get(start..end)?;
            self.at = end;
            self.operator(sign)?;
            if sign == "\n" && !self.documents.is_empty() {
                self.documents();
                return Some(true);
            }
        }
    }

    /// What stands before a token that the lexer passed over: blanks, or a comment.
    fn gap(&mut self, end: usize) -> Option<()> {
        let gap = self.text.get(self.at..end)?;
        let is_blank = |letter: char| letter.is_whitespace() || letter == '\\';
        let start = self.at + gap.find(|letter| !is_blank(letter)).unwrap_or(gap.len());
        let length = gap.trim_end().len();
        if start < self.at + length {
            self.parts.push(Part { span: start..self.at + length, is: Is::Document });
        }
        self.at = end;
        Some(())
    }

    fn word(&mut self, span: Option<Range<usize>>) -> Option<()> {
        let Some(span) = span else { return Some(()) };
        let word = self.text.get(span.clone())?;
        self.at = span.end;
        let is = match self.place {
            Place::In if word == "in" => {
                self.place = Place::Word;
                return Some(());
            }
            Place::In | Place::Variable => {
                self.place = if self.place == Place::Variable { Place::In } else { Place::Word };
                Is::Word
            }
            Place::Word => Is::Word,
            Place::Target { then } => {
                self.place = then.into();
                Is::Target
            }
            Place::Delimiter { then, stripped } => {
                let delimiter = word.replace(['\'', '"', '\\'], "");
                // It is kept, or the text could not be read again.
                let is_plain =
                    delimiter.len() <= 32 && delimiter.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'_');
                if !is_plain || delimiter.is_empty() {
                    return None;
                }
                self.documents.push(Document { delimiter, stripped });
                self.place = then.into();
                return Some(());
            }
            Place::Program if UNREAD.contains(&word) => return None,
            Place::Program if KEYWORDS.contains(&word) => return Some(()),
            Place::Program if word == "for" => {
                self.place = Place::Variable;
                return Some(());
            }
            Place::Program => match assignment(word) {
                // An array's elements come next.
                Some(value) if self.text.get(span.start + value..)?.starts_with('(') => return None,
                Some(value) => {
                    self.parts.push(Part { span: span.start + value..span.end, is: Is::Assigned });
                    return Some(());
                }
                None => {
                    self.place = Place::Word;
                    Is::Program
                }
            },
        };
        self.parts.push(Part { span, is });
        Some(())
    }

    fn operator(&mut self, sign: &str) -> Option<()> {
        let then = match self.place {
            Place::Program => After::Program,
            Place::Word | Place::Variable | Place::In => After::Word,
            // A redirect without its word.
            Place::Target { .. } | Place::Delimiter { .. } => return None,
        };
        match sign {
            "(" | "<(" | ">(" => {
                self.open += 1;
                self.place = Place::Program;
                return Some(());
            }
            // What stands after it belongs to the command around, if there is one.
            ")" => {
                self.open = self.open.checked_sub(1)?;
                self.place = Place::Word;
                return Some(());
            }
            _ if SEPARATORS.contains(&sign) => {
                self.place = Place::Program;
                return Some(());
            }
            _ => {}
        }
        // A file descriptor may stand before and after the sign: `2>&1` is complete.
        let bare = sign.trim_start_matches(|letter: char| letter.is_ascii_digit());
        match bare {
            "<<" => self.place = Place::Delimiter { then, stripped: false },
            "<<-" => self.place = Place::Delimiter { then, stripped: true },
            ">" | ">>" | "<" | "<>" | ">|" | "&>" | "&>>" | ">&" | "<&" | "<<<" => self.place = Place::Target { then },
            _ => {
                let descriptor = bare.strip_prefix(">&").or_else(|| bare.strip_prefix("<&"))?;
                let is_number = descriptor.bytes().all(|byte| byte.is_ascii_digit());
                return (descriptor == "-" || (is_number && descriptor.len() <= 3)).then_some(());
            }
        }
        Some(())
    }

    /// Takes in the here-documents that begin on this line.
    fn documents(&mut self) {
        for document in std::mem::take(&mut self.documents) {
            let start = self.at;
            let mut line = start;
            for text in self.text.get(start..).unwrap_or_default().split_inclusive('\n') {
                let content = text.trim_end_matches(['\n', '\r']);
                let content = if document.stripped { content.trim_start_matches('\t') } else { content };
                if content == document.delimiter {
                    break;
                }
                line += text.len();
            }
            // The end of the last line stays, so that the delimiter has its own.
            let end = start + self.text.get(start..line).unwrap_or_default().trim_end_matches(['\n', '\r']).len();
            if end > start {
                self.parts.push(Part { span: start..end, is: Is::Document });
            }
            // The delimiter's own line is kept.
            let rest = self.text.get(line..).unwrap_or_default();
            self.at = line + rest.find('\n').map_or(rest.len(), |end| end + 1);
        }
        self.place = Place::Program;
    }
}

/// Where the value of `NAME=value` begins; none when a word is no assignment.
fn assignment(word: &str) -> Option<usize> {
    let (name, _) = word.split_once('=')?;
    let plain = name.strip_suffix('+').unwrap_or(name);
    let is_name = plain.starts_with(|letter: char| letter.is_ascii_alphabetic() || letter == '_')
        && plain.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    is_name.then_some(name.len() + 1)
}
