internal import HoldpointRPC
internal import NIOCore

/// Asks the operating system who is at the other end of a connection.
enum PeerLookup {
    /// The layout of Linux's `struct ucred` (unix(7), SO_PEERCRED).
    private struct Credentials {
        var processID: Int32 = 0
        var userID: UInt32 = 0
        var groupID: UInt32 = 0
    }

    /// SO_PEERCRED in Linux's `asm-generic/socket.h`.
    private static let peerCredentialsOption = NIOBSDSocket.Option(rawValue: 17)

    static func source(of channel: any Channel) -> EventLoopFuture<PeerSource> {
        guard let address = channel.localAddress ?? channel.remoteAddress else {
            return channel.eventLoop.makeFailedFuture(ChannelError.unknownLocalAddress)
        }
        if case .unixDomainSocket = address { return unixSource(of: channel) }
        guard let peer = channel.remoteAddress, let host = peer.ipAddress, let port = peer.port else {
            return channel.eventLoop.makeFailedFuture(ChannelError.unknownLocalAddress)
        }
        return channel.eventLoop.makeSucceededFuture(.tcp(host: host, port: port))
    }

    /// Safe: the option's value is a `struct ucred`, and `Credentials` has its three 32-bit fields.
    private static func unixSource(of channel: any Channel) -> EventLoopFuture<PeerSource> {
        guard let provider = channel as? any SocketOptionProvider else {
            return channel.eventLoop.makeFailedFuture(ChannelError.operationUnsupported)
        }
        let credentials: EventLoopFuture<Credentials> = provider.unsafeGetSocketOption(
            level: .socket, name: peerCredentialsOption)
        return credentials.map { .unix(userID: $0.userID, groupID: $0.groupID) }
    }
}
