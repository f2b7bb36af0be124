//! The compiled schema: the eight forms of RFC 8927, section 2.2.
//!
//! References are resolved while compiling, through other references: none leads to another one, so a check goes one
//! level deeper into the body with at most one step aside.

/// A compiled schema.
#[derive(Debug, Clone, PartialEq)]
pub struct Schema {
    pub(crate) definitions: Vec<(String, Node)>,
    pub(crate) root: Node,
}

/// One schema inside a schema.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// What it takes.
    pub form: Form,
    /// Whether it takes `null` as well.
    pub nullable: bool,
}

/// What a value must be.
#[derive(Debug, Clone, PartialEq)]
pub enum Form {
    /// Anything.
    Empty,
    /// What the definition of this number takes; it is no reference itself.
    Ref(usize),
    /// A value of a type.
    Type(Type),
    /// One of these texts, in their order.
    Enum(Vec<String>),
    /// An array of such elements.
    Elements(Box<Node>),
    /// An object with these members.
    Properties(Properties),
    /// An object whose values are all such.
    Values(Box<Node>),
    /// An object whose member `tag` says which of the mappings holds for the rest of it.
    Discriminator {
        /// The name of the member.
        tag: String,
        /// The mappings, by the values of that member, in the order of the values.
        mapping: Vec<(String, Properties)>,
    },
}

/// The members of an object.
#[derive(Debug, Clone, PartialEq)]
pub struct Properties {
    /// The members it names, in the order of their names.
    pub members: Vec<Member>,
    /// Whether further members may be there.
    pub open: bool,
    /// How many members must be there.
    pub(crate) required: usize,
    /// Whether the keyword `properties` was written; the place of some mismatches depends on it.
    pub(crate) keyword: bool,
}

/// One member of an object.
#[derive(Debug, Clone, PartialEq)]
pub struct Member {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub node: Node,
    /// Whether it must be there.
    pub required: bool,
}

/// The types of RFC 8927, section 2.2.3.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Type {
    /// `true` or `false`.
    Boolean,
    /// A number.
    Float32,
    /// A number.
    Float64,
    /// A whole number from -128 to 127.
    Int8,
    /// A whole number from 0 to 255.
    Uint8,
    /// A whole number from -32,768 to 32,767.
    Int16,
    /// A whole number from 0 to 65,535.
    Uint16,
    /// A whole number from -2,147,483,648 to 2,147,483,647.
    Int32,
    /// A whole number from 0 to 4,294,967,295.
    Uint32,
    /// A text.
    String,
    /// A text that is a date and time (RFC 3339).
    Timestamp,
}

impl Schema {
    /// A schema that takes anything.
    pub fn anything() -> Self {
        Self::of(Form::Empty)
    }

    /// A schema that takes any text.
    pub fn text() -> Self {
        Self::of(Form::Type(Type::String))
    }

    fn of(form: Form) -> Self {
        Self { definitions: Vec::new(), root: Node { form, nullable: false } }
    }

    /// A part of this schema that is one text ([`crate::is_scalar`]), as a schema of its own.
    pub fn scalar(&self, node: &Node) -> Schema {
        Self::of(self.form(node).clone())
    }

    /// What a node takes beside `null`, through its reference if it is one.
    pub fn form<'s>(&'s self, node: &'s Node) -> &'s Form {
        self.resolved(node).0
    }

    /// The schema of the whole body.
    pub fn root(&self) -> &Node {
        &self.root
    }

    /// The definitions, in the order of their names.
    pub fn definitions(&self) -> &[(String, Node)] {
        &self.definitions
    }

    /// A node's form, through its reference if it is one, and whether `null` is taken.
    pub(crate) fn resolved<'s>(&'s self, node: &'s Node) -> (&'s Form, bool) {
        match &node.form {
            Form::Ref(at) => {
                let target = &self.definitions[*at].1;
                (&target.form, node.nullable || target.nullable)
            }
            form => (form, node.nullable),
        }
    }
}

impl Properties {
    /// The member of this name.
    pub fn member(&self, name: &str) -> Option<&Member> {
        self.index(name).map(|at| &self.members[at])
    }

    pub(crate) fn index(&self, name: &str) -> Option<usize> {
        self.members.binary_search_by(|member| member.name.as_str().cmp(name)).ok()
    }
}

impl Type {
    /// Every type with its word.
    pub(crate) const WORDS: [(&'static str, Type); 11] = [
        ("boolean", Type::Boolean),
        ("float32", Type::Float32),
        ("float64", Type::Float64),
        ("int8", Type::Int8),
        ("uint8", Type::Uint8),
        ("int16", Type::Int16),
        ("uint16", Type::Uint16),
        ("int32", Type::Int32),
        ("uint32", Type::Uint32),
        ("string", Type::String),
        ("timestamp", Type::Timestamp),
    ];

    /// The least and the largest value of a whole number's type.
    pub fn range(self) -> Option<(f64, f64)> {
        Some(match self {
            Type::Int8 => (i8::MIN.into(), i8::MAX.into()),
            Type::Uint8 => (0.0, u8::MAX.into()),
            Type::Int16 => (i16::MIN.into(), i16::MAX.into()),
            Type::Uint16 => (0.0, u16::MAX.into()),
            Type::Int32 => (i32::MIN.into(), i32::MAX.into()),
            Type::Uint32 => (0.0, u32::MAX.into()),
            _ => return None,
        })
    }

    /// What a refusal says was expected.
    pub(crate) fn expected(self) -> &'static str {
        match self {
            Type::Boolean => "true or false",
            Type::Float32 | Type::Float64 => "a number",
            Type::Int8 => "a whole number from -128 to 127",
            Type::Uint8 => "a whole number from 0 to 255",
            Type::Int16 => "a whole number from -32768 to 32767",
            Type::Uint16 => "a whole number from 0 to 65535",
            Type::Int32 => "a whole number from -2147483648 to 2147483647",
            Type::Uint32 => "a whole number from 0 to 4294967295",
            Type::String => "a string",
            Type::Timestamp => "a date and time like 1985-04-12T23:20:50Z (RFC 3339)",
        }
    }
}
