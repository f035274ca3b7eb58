import Model
import Testing

@Suite struct UserTextTests {
    @Test(arguments: [
        ("cannot open '/srv/a b/layers/lay-x.qcow2': No such file", "cannot open 'lay-x.qcow2': No such file"),
        ("cannot connect to /var/lib/holdpoint/run/srv.qmp: refused", "cannot connect to srv.qmp: refused"),
        ("/var/lib/holdpoint/layers/lay-x is no plain file", "lay-x is no plain file"),
        ("the path is too long: /a/b", "the path is too long: b"),
        ("cannot rename /a/b to /c/d: no room", "cannot rename d: no room"),
        ("1/2 done, and/or more", "1/2 done, and/or more"), ("", ""), ("/", ""), ("a: b", "a: b"),
        ("é: /\u{301}a/b", "é: b"),
    ])
    func namesAFileAndNotItsFolders(text: String, expected: String) {
        #expect(text.withoutFolders == expected)
    }
}
