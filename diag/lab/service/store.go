package service

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"slices"
	"sync"
	"time"
)

// Account is somebody who works at the desk.
type Account struct {
	Name     string `json:"account"`
	Nickname string `json:"nickname"`
	Role     string `json:"role"`
	ID       int64  `json:"id"`
}

// Password is the one password of all test accounts.
const Password = "lab-test"

// accounts are the lab's test accounts.
var accounts = map[string]Account{
	"lin":  {"lin", "林晓", "agent", 501},
	"zhou": {"zhou", "周航", "agent", 502},
	"he":   {"he", "何敏", "trainee", 503},
	"root": {"root", "管理员", "admin", 500},
}

// session is one login.
type session struct {
	token   string
	account Account
	created time.Time
	device  string
	ended   string // why it is no longer valid, "" while it is
	later   bool   // another login of the account was there first
}

// conversation is a talk between the desk and one visitor.
type conversation struct {
	id      int64
	channel string
	trackID string
	ended   bool
	sdk     string
	version string
	msgs    []*message
}

// message is one message as the service keeps it.
type message struct {
	id          int64
	conv        *conversation
	content     string
	contentType string
	fromType    string
	author      string // the account's name, or the visitor's track id
	created     time.Time
	readStatus  int
	withdrawn   bool
	acted       string
	takenBy     []string
}

// agentRef is how a message names its author.
type agentRef struct {
	ID       int64  `json:"id"`
	Account  string `json:"account"`
	Nickname string `json:"nickname"`
}

// wireMessage is a message as the public SDKs know it.
type wireMessage struct {
	ID             int64     `json:"id"`
	ConversationID int64     `json:"conversation_id"`
	EnterpriseID   int64     `json:"enterprise_id"`
	TrackID        string    `json:"track_id"`
	Type           string    `json:"type"`
	ContentType    string    `json:"content_type"`
	Content        string    `json:"content"`
	MediaURL       string    `json:"media_url,omitempty"`
	CreatedOn      string    `json:"created_on"`
	FromType       string    `json:"from_type"`
	Agent          *agentRef `json:"agent,omitempty"`
	ReadStatus     int       `json:"read_status"`
	Extra          string    `json:"extra"`
}

// enterprise is the lab's own enterprise number.
const enterprise = 90001

func (m *message) wire() wireMessage {
	extra := struct {
		Withdrawn   bool     `json:"is_withdrawn"`
		ProcessedBy []string `json:"processed_by,omitempty"`
	}{m.withdrawn, m.takenBy}
	b, _ := json.Marshal(extra)
	w := wireMessage{
		ID: m.id, ConversationID: m.conv.id, EnterpriseID: enterprise, TrackID: m.conv.trackID,
		Type: "message", ContentType: m.contentType, Content: m.content, CreatedOn: createdOn(m.created),
		FromType: m.fromType, ReadStatus: m.readStatus, Extra: string(b),
	}
	if m.withdrawn {
		w.Content = ""
	}
	if m.contentType != "text" {
		w.MediaURL = "/static/photo.svg"
	}
	if a, ok := accounts[m.author]; ok {
		w.Agent = &agentRef{a.ID, a.Name, a.Nickname}
	}
	return w
}

// store holds what the service remembers. Its lock guards all of it.
type store struct {
	mu       sync.Mutex
	sessions map[string]*session
	convs    map[int64]*conversation
	nextID   int64
	recalls  map[string][]time.Time // attempts by account, for the quota
}

func newStore() *store {
	s := &store{sessions: map[string]*session{}, convs: map[int64]*conversation{}, nextID: 880_000_000 + time.Now().UnixMilli()%1_000_000, recalls: map[string][]time.Time{}}
	for i, channel := range []string{"web", "app", "wechat"} {
		id := int64(7001 + i)
		s.convs[id] = &conversation{id: id, channel: channel, trackID: "trk-" + randomHex(6), sdk: "web", version: "5.0.0"}
	}
	return s
}

// list gives the conversations in order of their numbers.
func (s *store) list() []*conversation {
	out := make([]*conversation, 0, len(s.convs))
	for _, c := range s.convs {
		out = append(out, c)
	}
	slices.SortFunc(out, func(a, b *conversation) int { return int(a.id - b.id) })
	return out
}

func (c *conversation) find(id int64) *message {
	for _, m := range c.msgs {
		if m.id == id {
			return m
		}
	}
	return nil
}

// maxMessages bounds a conversation: the lab may serve for days.
const maxMessages = 2000

// add appends a message, dropping the oldest when there are too many.
func (s *store) add(c *conversation, m *message) {
	s.nextID++
	m.id, m.conv = s.nextID, c
	c.msgs = append(c.msgs, m)
	if len(c.msgs) > maxMessages {
		c.msgs = slices.Delete(c.msgs, 0, len(c.msgs)-maxMessages)
	}
}

// actedAfter tells what the visitor did to a message, a reply counting for all before it.
func (m *message) actedAfter() string {
	if m.acted != "" {
		return m.acted
	}
	for _, o := range m.conv.msgs {
		if o.fromType == "client" && o.id > m.id {
			return "replied"
		}
	}
	return ""
}

func randomHex(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b)
	return hex.EncodeToString(b)
}
