import Engine
import Model
import Testing

@Suite struct StrayFileTests {
    @Test func namesThatNobodyCanSeeAreSpelledOut() {
        let hidden = Stray(StrayFile(name: "a\u{1B}[2J\\", layerID: nil))
        #expect(hidden.name == "a\\u{1b}[2J\\\\" && hidden.id == "a\u{1B}[2J\\" && hidden.isMovable)
        let unnameable = Stray(StrayFile(unnameable: [0x61, 0xFF, 0x0A], kind: .file))
        #expect(unnameable.name == "a\\xff\\xa" && !unnameable.isMovable)
    }
}
