package store

// keyedSegments is the highest number of a journal segment whose data key state has. Were the
// segment lost and its number given again, the key would be written over, and nobody could
// read any more what it sealed.
func (s *Store) keyedSegments() uint32 {
	if s.db == nil {
		return 0
	}
	v := s.db.View()
	defer v.Close()
	number, err := v.LastDataKey()
	if err != nil || number == 0 {
		return 0
	}
	wrapped, err := s.keys.copies(number)
	if err != nil {
		return 0
	}
	if _, err := s.keyset.OpenDataKey(wrapped, s.keys.context(number)); err != nil {
		return 0 // not a number that was ever given
	}
	return number
}
