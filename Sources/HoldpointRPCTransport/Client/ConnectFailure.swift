internal import Glibc
internal import NIOCore
internal import NIOPosix

/// Why a connection could not be opened, for people.
enum ConnectFailure {
    static func text(_ error: any Error) -> String {
        switch error {
        case let error as IOError:
            String(cString: strerror(error.errnoCode))
        case ChannelError.connectTimeout:
            "no answer"
        case let error as NIOConnectionError:
            error.connectionErrors.first.map { text($0.error) } ?? "the name \(error.host) is not known"
        default:
            "\(error)"
        }
    }
}
