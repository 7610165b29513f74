// Package draw holds what every screen is drawn with: text measured in
// terminal cells, frames of exactly the size asked for, and the zones of a
// frame that can be clicked.
//
// The policy:
//
//   - Text that came from people goes through [Safe] before anything else.
//     Nothing later makes it harmless: styles, tables and the renderer pass
//     every byte on.
//   - One measure of width, the one the Bubble Tea renderer cuts lines with.
//     [Safe] spells out what terminals disagree with that measure about (flags,
//     skin tones, joiners, variation selectors), so that a column stays a column.
//   - Screens never add up offsets. [Line] records where a clickable segment
//     landed while it writes it; [Frame] moves zones along with the lines.
//   - The only escape sequences in a frame are colours and attributes (SGR). A
//     cut keeps those and puts a '?' where any other control stood.
package draw
