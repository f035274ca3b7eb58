import HoldpointRPC
import Testing

/// Who gets a place, and who loses it.
@Suite struct ConnectionPlacesTests {
    @Test func tcpLeavesAQuarterToTheUnixSocket() {
        var places = ConnectionPlaces(count: 16)
        for id in 1...12 {
            #expect(places.enter(UInt64(id), by: .tcp) == .serve)
            #expect(places.identified(UInt64(id), hasCredential: true) == nil)
        }
        #expect(places.enter(13, by: .tcp) == .refuse)
        for id in 14...17 { #expect(places.enter(UInt64(id), by: .unix) == .serve) }
        #expect(places.enter(18, by: .unix) == .refuse)
        places.left(1, by: .tcp)
        #expect(places.enter(19, by: .unix) == .serve)
    }

    @Test func theOldestStrangerMakesRoom() {
        var places = ConnectionPlaces(count: 32)
        for id in 1...4 { #expect(places.enter(UInt64(id), by: .tcp) == .serve) }
        #expect(places.identified(2, hasCredential: true) == nil)
        #expect(places.identified(1, hasCredential: false) == nil)
        #expect(places.identified(3, hasCredential: false) == nil)
        #expect(places.identified(4, hasCredential: false) == 1)
        places.left(1, by: .tcp)
        // Said twice, and then a credential after all.
        #expect(places.identified(3, hasCredential: false) == nil)
        #expect(places.identified(3, hasCredential: true) == nil)
        // A stranger by the Unix socket is known as one once it has said its Hello.
        #expect(places.enter(5, by: .unix) == .serve)
        #expect(places.identified(5, hasCredential: false) == nil)
        #expect(places.enter(6, by: .tcp) == .serve)
        #expect(places.identified(6, hasCredential: false) == 4)
    }

    @Test func whoeverHasShownNothingMakesRoomWhereThereIsNone() {
        var places = ConnectionPlaces(count: 16)
        for id in 1...12 { #expect(places.enter(UInt64(id), by: .tcp) == .serve) }
        for id in 1...9 { #expect(places.identified(UInt64(id), hasCredential: true) == nil) }
        #expect(places.identified(12, hasCredential: false) == nil)
        #expect(places.enter(13, by: .tcp) == .replace(12))
        places.left(12, by: .tcp)
        #expect(places.enter(14, by: .tcp) == .replace(10))
        places.left(10, by: .tcp)
        for id in [11, 13, 14] { #expect(places.identified(UInt64(id), hasCredential: true) == nil) }
        #expect(places.enter(15, by: .tcp) == .refuse)
    }

    @Test func socketsForRefusalsAreFewToo() {
        var places = ConnectionPlaces(count: 16)
        for _ in 0..<16 { places.opened(by: .tcp) }
        #expect(!places.hasSocket(for: .tcp))
        #expect(places.hasSocket(for: .unix))
        for _ in 0..<4 { places.opened(by: .unix) }
        #expect(!places.hasSocket(for: .unix))
        places.closed(by: .tcp)
        #expect(places.hasSocket(for: .unix))
        #expect(places.hasSocket(for: .tcp))
    }

    @Test(arguments: [8, 23, 64, 1_000, 20_000]) func countsFitTheSockets(sockets: Int) {
        var places = ConnectionPlaces(count: 1)
        places.fit(sockets: sockets, limit: 16_384)
        #expect((1...16_384).contains(places.count))
        var opened = 0
        while places.hasSocket(for: .unix) {
            places.opened(by: .unix)
            opened += 1
        }
        #expect(opened <= sockets)
    }
}
