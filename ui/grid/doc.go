// Package grid is a table that draws only the rows one sees: a frame costs the
// same whether the list has ten rows or a million, and the package never holds
// a row. [Grid] is where the cursor stands, [Layout] what columns there is room
// for, [View] the drawing.
//
// Scrolling by one row would make the renderer send every line again, since it
// compares lines by position. So when the cursor leaves the page the view moves
// on by half a page, and the next keys only move the marker.
package grid
