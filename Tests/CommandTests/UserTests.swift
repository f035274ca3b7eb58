import ArgumentParser
import HoldpointClient
import Testing

@testable import HoldpointCommand

@Suite struct UserTests {
    private let received = Requests<SetPasswordRequest>()

    private func withServer(_ body: (RealCommand) async throws -> Void) async throws {
        try await withCommand { router in
            router.unary(AccessServiceMethods.setPassword) { [received] request, _ in
                received.add(request)
                return SetPasswordAnswer()
            }
        } _: { command in
            try await body(command)
        }
    }

    private var expected: SetPasswordRequest {
        SetPasswordRequest(
            newPassword: "planted-new", consent: Consent(acknowledged: true, password: "planted-old"))
    }

    @Test func asksForTheOldOneAndTwiceForTheNewOneWithoutShowingThem() async throws {
        try await withServer { command in
            let ended = try await command.converse(
                "user", "password",
                answers: [
                    ("Password until now: ", "planted-old"), ("New password: ", "planted-new"),
                    ("The new one again: ", "planted-new"),
                ])
            #expect(ended.code == 0 && ended.error.contains("password changed"), "\(ended.error)")
            #expect(!ended.error.contains("planted") && !ended.commandLine.contains("planted"))
            #expect(received.all == [expected])
        }
    }

    @Test func twoThatDifferChangeNothing() async throws {
        try await withServer { command in
            let ended = try await command.converse(
                "user", "password", "admin",
                answers: [
                    ("Password until now: ", "planted-old"), ("New password: ", "planted-new"),
                    ("The new one again: ", "planted-mew"),
                ])
            #expect(ended.code == 2 && ended.error.contains("nothing was changed"))
            #expect(received.all.isEmpty && !ended.error.contains("planted"))
        }
    }

    @Test func readsFilesInScripts() async throws {
        let (old, new) = (try temporaryFile("planted-old\n"), try temporaryFile("planted-new\n"))
        defer { [old, new].forEach(remove) }
        try await withServer { command in
            let ended = try await command.run(
                "user", "password", "admin", "--yes", "--password-file", old, "--new-password-file", new)
            #expect(ended.code == 0, "\(ended.error)")
            var request = expected
            request.user = "admin"
            #expect(received.all == [request])
        }
    }

    @Test(arguments: [
        [], ["--yes"], ["--yes", "--password-file", "/dev/null"], ["--yes", "--new-password-file", "/dev/null"],
        ["--password-file", "/dev/null", "--new-password-file", "/dev/null"],
        ["--yes", "--password-file", "-", "--new-password-file", "-"],
    ])
    func namesTheOptionsThatAreMissing(_ arguments: [String]) throws {
        let command = try UserPassword.parse(arguments)
        let session = try session(FakeChannel([]))
        let error = #expect(throws: ValidationError.self) {
            try session.passwords(command.consent, newFile: command.newPasswordFile)
        }
        #expect(error?.message.contains("--password-file") == true)
        #expect(error?.message.contains("--new-password-file") == true)
    }
}
