// Whoever imports the client needs the messages, the errors and the endpoints too: one import gives them all.
@_exported public import HoldpointMessages
@_exported public import HoldpointRPC
@_exported public import HoldpointRPCTransport
@_exported public import ProtobufC
