/// A file that is called a test holds one, and tests are where one looks for them.
enum TestFileRules {
    static func violations(in file: SourceFile) -> [Violation] {
        if let message = file.isSwift ? swift(file) : python(file) {
            return [Violation(path: file.path, message: message)]
        }
        return []
    }

    private static func swift(_ file: SourceFile) -> String? {
        let hasTest = file.lines(containing: "@Test").contains { $0.line.drop { $0 == " " }.hasPrefix("@Test") }
        let isCalledTest = file.path.hasSuffix("Tests.swift") || file.path.hasSuffix("Scenario.swift")
        switch (isCalledTest, hasTest) {
        case (true, false): return "has no @Test: write one, or name the file after what it is"
        case (false, true): return "has a @Test: call the file …Tests.swift or …Scenario.swift"
        default: return nil
        }
    }

    private static func python(_ file: SourceFile) -> String? {
        guard file.path.hasSuffix(".py"), file.path.split(separator: "/").last?.hasPrefix("test_") == true else {
            return nil
        }
        return !file.lines(containing: "    def test_").isEmpty
            ? nil : "has no test: write one, or drop test_ from its name"
    }
}
