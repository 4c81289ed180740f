package kernel

func keyOfText(text string) (Key, bool) {
	data, ok := FromBase64(text)
	if !ok {
		return Key{}, false
	}
	key, err := NewKey(data)
	return key, err == nil
}

// take reads one line; the number of its words was checked.
func (s *KeySet) take(row []string) bool {
	if row[0] == "epoch" {
		return s.takeEpoch(row)
	}
	key, ok := keyOfText(row[1])
	if !ok {
		return false
	}
	switch row[0] {
	case "root":
		s.Root = key
		return true
	case "time":
		s.Time = append(s.Time, key)
		return true
	}
	limits, ok := rangeOf(row)
	if row[0] == "fact" {
		s.Fact = append(s.Fact, RangedKey{key, limits})
	} else {
		s.LogKeys = append(s.LogKeys, RangedKey{key, limits})
	}
	return ok
}

func rangeOf(row []string) (Range, bool) {
	from, isFrom := ParseCount(row[2])
	to, isTo := limitOf(row[3])
	void, isVoid := limitOf(row[4])
	ok := isFrom && isTo && isVoid && to >= from && void >= from
	return Range{From: from, To: to, Void: void}, ok
}

func (s *KeySet) takeEpoch(row []string) bool {
	epoch, isEpoch := ParseCount(row[1])
	first, isFirst := ParseCount(row[2])
	size, isSize := ParseCount(row[3])
	root, isRoot := hashOfText(row[4])
	isNext := epoch == s.NewestEpoch()+1
	s.Epochs = append(s.Epochs, EpochStart{Epoch: epoch, First: first, Size: size, Root: root})
	return isEpoch && isFirst && isSize && isRoot && isNext
}

// isAscending: ranges do not overlap.
func isAscending(keys []RangedKey) bool {
	for at := 1; at < len(keys); at++ {
		if keys[at-1].To > keys[at].From {
			return false
		}
	}
	return true
}

// hasKeyTwice: a key has one role, and one range in it.
func (s *KeySet) hasKeyTwice() bool {
	seen := map[string]struct{}{string(s.Root.raw): {}}
	for _, key := range s.Fact {
		seen[string(key.Key.raw)] = struct{}{}
	}
	for _, key := range s.LogKeys {
		seen[string(key.Key.raw)] = struct{}{}
	}
	for _, key := range s.Time {
		seen[string(key.raw)] = struct{}{}
	}
	return len(seen) < 1+len(s.Fact)+len(s.LogKeys)+len(s.Time)
}
