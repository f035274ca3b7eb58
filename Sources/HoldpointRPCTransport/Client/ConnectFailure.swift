internal import Glibc
internal import HoldpointRPC
internal import NIOCore
internal import NIOPosix

/// Why a connection could not be opened.
enum ConnectFailure {
    /// Whether somebody listens, but has not accepted for so long that there is no room left in the system's queue: a
    /// Unix socket says so, TCP gives no answer.
    static func isFullQueue(_ error: any Error) -> Bool {
        switch error {
        case let error as IOError: [EAGAIN, ETIMEDOUT].contains(error.errnoCode)
        case ChannelError.connectTimeout: true
        case let error as NIOConnectionError: error.connectionErrors.contains { isFullQueue($0.error) }
        default: false
        }
    }

    /// Why nobody was reached; nil: for a reason that may pass by itself.
    static func reason(_ error: any Error) -> String? {
        switch error {
        case let error as IOError where [ENOENT, ECONNREFUSED, ENOTDIR].contains(error.errnoCode):
            RPCReason.notListening
        case let error as IOError where [EACCES, EPERM].contains(error.errnoCode): RPCReason.notPermitted
        case let error as NIOConnectionError: error.connectionErrors.lazy.compactMap { reason($0.error) }.first
        default: nil
        }
    }

    /// For people.
    static func text(_ error: any Error) -> String {
        switch error {
        case let error as IOError where error.errnoCode == EAGAIN:
            "the server listens, but accepts no connection"
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
