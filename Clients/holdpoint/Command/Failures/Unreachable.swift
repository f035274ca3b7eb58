import Glibc
import HoldpointClient

/// A server that cannot be reached, or does not know who asks: the likely cause, and the line that helps.
struct Unreachable {
    let settings: Settings

    /// The failure, explained; one of another kind as it is.
    func explained(_ failure: CommandFailure) -> CommandFailure {
        switch failure.status.reason {
        case RPCReason.notListening: notListening(failure)
        case RPCReason.notPermitted: notPermitted(failure)
        case "" where failure.status.code == .unauthenticated && settings.tokenFile == nil: withoutToken(failure)
        default: failure
        }
    }

    private func notListening(_ failure: CommandFailure) -> CommandFailure {
        var failure = failure
        failure.status.message = "no holdpointd listens on \(settings.endpoint): it does not run, or listens elsewhere"
        let start =
            switch settings.endpoint {
            case .tcp(let host, let port): ["holdpointd", "--listen", "tcp://\(host):\(port)"]
            case .unix(let path) where path == Settings.defaultSocket: ["holdpointd"]
            case .unix(let path): ["holdpointd", "--listen", "unix:\(path)"]
            }
        return failure.remedied("start it", command: Process.shellLine(start))
            .remedied("or say where it listens", command: again(["--endpoint", "unix:PATH"]))
    }

    private func notPermitted(_ failure: CommandFailure) -> CommandFailure {
        var failure = failure
        guard case .unix(let path) = settings.endpoint, let closed = ClosedPath(path) else { return failure }
        failure.status.message =
            "user \(ClosedPath.userName(geteuid())) may not connect to \(settings.endpoint): \(closed.path) is for "
            + "user \(closed.owner) and group \(closed.group)"
        let line = ["sudo", "-u", closed.owner] + ["holdpoint"] + Process.arguments
        return failure.remedied("ask as \(closed.owner)", command: Process.shellLine(line))
    }

    private func withoutToken(_ failure: CommandFailure) -> CommandFailure {
        var failure = failure
        var directory = Settings.defaultStateDirectory
        switch settings.endpoint {
        case .tcp:
            failure.status.message += ", and no token was given: over TCP one is needed"
        case .unix(let path):
            failure.status.message += ": over a Unix socket the server knows its own user and root, and user "
                + "\(ClosedPath.userName(geteuid())) has given no token"
            // Where a server listens that was told nothing else.
            if path.hasSuffix("/holdpoint.sock") { directory = String(path.dropLast("/holdpoint.sock".count)) }
        }
        return failure.remedied(
            "the first one lies in the server's state directory",
            command: again(["--token-file", directory + "/admin.token"]))
    }

    private func again(_ options: [String]) -> String { Process.commandLine(Process.arguments + options) }
}

/// The part of a path that keeps this process out.
private struct ClosedPath {
    let path: String
    let owner: String
    let group: String

    /// - Returns: nil if nothing is seen of it.
    init?(_ path: String) {
        var (place, found) = (path, stat())
        // What lies in a folder that is closed cannot be looked at.
        while stat(place, &found) != 0 {
            guard let slash = place.lastIndex(of: "/"), slash != place.startIndex else { return nil }
            place = String(place[..<slash])
        }
        self.path = place
        owner = ClosedPath.userName(found.st_uid)
        group = getgrgid(found.st_gid).map { String(cString: $0.pointee.gr_name) } ?? "\(found.st_gid)"
    }

    static func userName(_ id: uid_t) -> String {
        getpwuid(id).map { String(cString: $0.pointee.pw_name) } ?? "\(id)"
    }
}
