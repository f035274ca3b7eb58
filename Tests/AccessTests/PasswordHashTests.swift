import Testing

@testable import Access

@Suite struct PasswordHashTests {
    /// Fast ones: tests are about what is compared, not about what it costs.
    private static let cheap = ScryptParameters(checking: 4, blockSize: 1, parallelism: 1)

    /// RFC 7914, section 12, through the form in which hashes are stored.
    @Test(arguments: [
        (
            "password",
            "$scrypt$ln=10,r=8,p=16$TmFDbA$"
                + "/bq+HJ00cgB4VucZDQHp/nxq18vII3gw53N2Y0s3MWIurzDZLiKjiG/xCSedmDDaxyevuUqD7m2DYMvfoswGQA"
        ),
        (
            "pleaseletmein",
            "$scrypt$ln=14,r=8,p=1$U29kaXVtQ2hsb3JpZGU$"
                + "cCO9yzr9c0hGHAbNgf046/2o+7qQT44+qbVD9lRdofLVQylVYT8Pz2LUlwUkKpr55h6F3A1lHkDfzwF7RVdYhw"
        ),
    ])
    func knownHashesMatch(password: String, text: String) throws {
        let hash = try #require(PasswordHash(text))
        #expect(try hash.matches(Password(password)))
        #expect(hash.description == text)
        #expect(try !hash.matches(Password(password + " ")))
    }

    @Test func anotherSaltIsAnotherHash() throws {
        let text = try PasswordHash(of: Password("open sesame"), parameters: #require(Self.cheap)).description
        let parts = text.split(separator: "$")
        #expect(parts.count == 4 && parts[1] == "ln=4,r=1,p=1")
        #expect(try #require(PasswordHash(text)).matches(Password("open sesame")))
        let salted = "$\(parts[0])$\(parts[1])$AAAAAAAAAAAAAAAAAAAAAA$\(parts[3])"
        #expect(try !#require(PasswordHash(salted)).matches(Password("open sesame")))
        let again = try PasswordHash(of: Password("open sesame"), parameters: #require(Self.cheap)).description
        #expect(again != text)
    }

    @Test func newHashesHaveTheStandardForm() throws {
        let text = try PasswordHash(of: Password("open sesame"), parameters: .standard).description
        #expect(text.wholeMatch(of: #/\$scrypt\$ln=15,r=8,p=3\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}/#) != nil)
    }

    @Test func nothingMatchesNobodyOrAnEmptyPassword() throws {
        let nobody = PasswordHash.ofNobody(parameters: try #require(Self.cheap))
        #expect(try !nobody.matches(Password("open sesame")))
        #expect(try !nobody.matches(Password("")))
        #expect(throws: (any Error).self) { try PasswordHash(of: Password(""), parameters: #require(Self.cheap)) }
    }

    /// A damaged or planted row costs nothing.
    @Test(arguments: [
        "", "x", "$scrypt$", "$argon2id$ln=4,r=1,p=1$AAAA$AAAAAAAAAAAAAAAAAAAAAA",
        "$scrypt$ln=21,r=8,p=1$AAAA$AAAAAAAAAAAAAAAAAAAAAA", "$scrypt$ln=20,r=8,p=1$AAAA$AAAAAAAAAAAAAAAAAAAAAA",
        "$scrypt$ln=15,r=17,p=1$AAAA$AAAAAAAAAAAAAAAAAAAAAA", "$scrypt$ln=15,r=8,p=17$AAAA$AAAAAAAAAAAAAAAAAAAAAA",
        "$scrypt$ln=0,r=8,p=1$AAAA$AAAAAAAAAAAAAAAAAAAAAA", "$scrypt$ln=15,r=0,p=1$AAAA$AAAAAAAAAAAAAAAAAAAAAA",
        "$scrypt$ln=15,r=8,p=0$AAAA$AAAAAAAAAAAAAAAAAAAAAA", "$scrypt$ln=16,r=1,p=1$AAAA$AAAAAAAAAAAAAAAAAAAAAA",
        "$scrypt$ln=-4,r=1,p=1$AAAA$AAAAAAAAAAAAAAAAAAAAAA", "$scrypt$ln=999,r=1,p=1$AAAA$AAAAAAAAAAAAAAAAAAAAAA",
        "$scrypt$ln=4,r=1,p=1$$AAAAAAAAAAAAAAAAAAAAAA", "$scrypt$ln=4,r=1,p=1$AAAA$AAAA",
        "$scrypt$ln=4,r=1,p=1$A$AAAAAAAAAAAAAAAAAAAAAA", "$scrypt$ln=4,r=1,p=1$AAAA$AAAAAAAAAAAAAAAAAAAAAA$",
        "$scrypt$ln=4,r=1,p=1$AAAA$" + String(repeating: "A", count: 400),
    ])
    func whatIsNoHashIsRefused(text: String) {
        #expect(PasswordHash(text) == nil)
    }
}

@Suite struct PasswordTests {
    @Test(arguments: ["short", String(repeating: "x", count: 1025), "with\u{7}a bell in it", "two lines of\nit here"])
    func whatNobodyCanTypeIsNoPassword(text: String) {
        #expect(throws: (any Error).self) { try Password(new: text, field: "new_password") }
    }

    @Test(arguments: ["twelve bytes", String(repeating: "x", count: 1024), "größer als zwölf", "    spaces count    "])
    func everythingElseIs(text: String) throws {
        #expect(try !Password(new: text, field: "new_password").isEmpty)
    }

    @Test func noDescriptionShowsIt() {
        struct Holder { let password: Password }
        let password = Password("open sesame")
        var dumped = ""
        dump(Holder(password: password), to: &dumped)
        let texts = [
            "\(password)", String(reflecting: password), "\(Holder(password: password))",
            String(reflecting: [password]), "\(Optional(password) as Any)", dumped,
        ]
        for text in texts { #expect(!text.contains("sesame"), "\(text)") }
    }

    @Test func noRefusalShowsIt() {
        let refusal = #expect(throws: (any Error).self) { try Password(new: "sesame\n", field: "new_password") }
        #expect(!"\(refusal as Any)".contains("sesame"))
    }
}
