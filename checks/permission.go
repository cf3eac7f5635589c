package checks

import (
	"context"
	"slices"
	"strings"

	"meiqia-diag/diag"
	"meiqia-diag/diag/attempt"
	"meiqia-diag/diag/incident"
	"meiqia-diag/diag/lang"
	"meiqia-diag/diag/profile"
)

// What the rules of recalling look at.
const (
	// AttemptSymptom is the incident's word; its detail words says network where the error text that
	// was shown tells of no answer, as pages write it, and gives no reason of a service's.
	AttemptSymptom = "attempt.symptom"
	// PermissionSender is who sent the message: self, colleague, bot, system, visitor.
	PermissionSender = "permission.sender"
	// PermissionType says whether the type can be recalled by the policy: recallable, not_recallable.
	PermissionType = "permission.type"
	// PermissionChannel says the same of the channel: recallable, not_recallable.
	PermissionChannel = "permission.channel"
	PermissionAccount = "permission.account" // the account may recall: yes, no
	// PermissionRole says whether the role may recall, where the profile lists the roles: allowed, not_allowed.
	PermissionRole = "permission.role"
	// PermissionRead says whether the visitor had read it before the recall: yes, no, after.
	PermissionRead = "permission.read"
	// PermissionActed is what the visitor did: none, replied, forwarded, clicked; "message" is a message of theirs in between.
	PermissionActed = "permission.visitor_action"
	// PermissionProcessed is the system that took the message, none where it is stated that none did.
	PermissionProcessed = "permission.processed_by"
	// PermissionTarget is what had become of the message or conversation: recalled_before, conversation_ended.
	PermissionTarget = "permission.target"
)

// Permission looks at ownership, type, channel, read and acted-on state, and the account's role.
func Permission() diag.Check {
	return diag.Check{ID: "permission", Title: lang.T("消息、账号和渠道都允许撤回", "message, account and channel allow a recall"), Run: runPermission}
}

func runPermission(_ context.Context, in *diag.Input, _ diag.Observations) diag.Result {
	s := &sheet{}
	inc := in.Incident
	var against []lang.Text
	bad := func(t lang.Text) { against = append(against, t) }

	s.symptom(in)
	if v := inc.String(incident.MessageSender); v != "" {
		s.stated(PermissionSender, inc, incident.MessageSender, v)
		if v != "self" {
			bad(lang.T("消息不是本人发送", "the message is somebody else's"))
		}
	}
	if s.measured(in) {
		bad(lang.T("服务记录显示消息不是本人发送", "the service's record says that the message is somebody else's"))
	}
	if s.kind(in) {
		bad(lang.T("该类型不可撤回", "the type cannot be recalled"))
	}
	if s.channel(in) {
		bad(lang.T("该渠道不支持撤回", "the channel cannot recall"))
	}
	if v := inc.String(incident.CanRecall); v != "" {
		s.stated(PermissionAccount, inc, incident.CanRecall, v)
		if v == "no" {
			bad(lang.T("账号没有撤回权限", "the account may not recall"))
		}
	}
	if role := strings.ToLower(inc.String(incident.Role)); role != "" && len(in.Profile.Roles) > 0 {
		word := "not_allowed"
		if contains(in.Profile.Roles, role) {
			word = "allowed"
		}
		s.stated(PermissionRole, inc, incident.Role, word, detail("role", role))
	}
	s.touched(in, bad)
	s.target(in, bad)

	res := diag.Result{State: diag.Pass, Observations: s.list}
	switch {
	case len(against) > 0:
		res.State, res.Reason = diag.Fail, joinTexts(against)
	case len(s.list) == 0:
		res.State, res.Reason = diag.Skip, lang.T("不知道消息和账号的情况", "nothing is known of the message and the account")
	default:
		res.Reason = lang.T("已知情况里没有不允许撤回的", "nothing known forbids the recall")
	}
	return res
}

// symptom reports what the person saw: as the incident says, else as a chat that was handed in tells.
func (s *sheet) symptom(in *diag.Input) {
	if v := in.Incident.String(incident.Symptom); v != "" && v != "unknown" {
		words := ""
		if text := in.Incident.String(incident.ErrorText); attempt.SpeaksOfNetwork(text) && !strongReason(in.Profile, text) {
			words = "network"
		}
		s.stated(AttemptSymptom, in.Incident, incident.Symptom, v, detail("words", words))
		return
	}
	if word, source := attempt.SeenBy(in.Attempt.Notes); word != "" {
		s.add(AttemptSymptom, word, basis(incident.Stated), from(source), detail("by", "chat"))
		return
	}
	s.stated(AttemptSymptom, in.Incident, incident.Symptom, in.Incident.String(incident.Symptom))
}

// strongReason reports whether a text gives a reason of the service's.
func strongReason(p *profile.Profile, text string) bool {
	return slices.ContainsFunc(p.RefusalsIn(text, ""), func(m profile.Match) bool { return m.Means != "generic" && m.Means != "internal" })
}

// measured reports what the service itself says of the sender and of the account's rights.
func (s *sheet) measured(in *diag.Input) (others bool) {
	f := in.Attempt.Facts
	switch {
	case f.SenderKind == "system" || f.SenderKind == "bot" || f.SenderKind == "robot":
		s.add(PermissionSender, map[string]string{"system": "system", "bot": "bot", "robot": "bot"}[f.SenderKind], from(harNames(in.Attempt)))
		others = true
	case f.Sender != "" && f.Self != "" && plainNumber(f.Sender) == plainNumber(f.Self):
		s.add(PermissionSender, "self", from(harNames(in.Attempt)))
	case f.Sender != "" && f.Self != "" && sameShape(f.Sender, f.Self):
		s.add(PermissionSender, "colleague", from(harNames(in.Attempt)))
		others = true
	}
	if f.Permission != "" {
		s.add(PermissionAccount, f.Permission, from(harNames(in.Attempt)))
	}
	if f.Enabled == "no" {
		s.add(PermissionAccount, "no", from(harNames(in.Attempt)), detail("feature", "off"))
	}
	if f.Read == "yes" {
		s.add(PermissionRead, "yes", from(harNames(in.Attempt)))
	}
	if f.Ended {
		s.add(PermissionTarget, "conversation_ended", from(harNames(in.Attempt)))
	}
	if r := in.Attempt.Request; r != nil && r.LocalID(in.Attempt.ID) {
		s.add(PermissionTarget, "local_id", from(r.Source))
	}
	return others
}

// plainNumber takes the prefix off an id such as a_3406 or agent:3406.
func plainNumber(id string) string {
	if i := strings.LastIndexAny(id, "_:-/"); i >= 0 && i < len(id)-1 {
		return id[i+1:]
	}
	return id
}

// sameShape reports whether two ids can be of one kind: both numbers or neither.
func sameShape(a, b string) bool {
	digits := func(s string) bool { return strings.Trim(plainNumber(s), "0123456789") == "" }
	return digits(a) == digits(b)
}

// kind compares the message's type with what can be recalled.
func (s *sheet) kind(in *diag.Input) bool {
	v := in.Incident.String(incident.MessageType)
	measured := v == ""
	if measured {
		v = plainType(in.Attempt.Facts.Type)
	}
	if v == "" {
		return false
	}
	list, stated := in.Incident.List(incident.RecallableTypes)
	by := "incident"
	if !stated {
		list, by = in.Profile.RecallableTypes, in.Profile.NoteOf("recallable_types").Basis
		if len(in.Attempt.Facts.Types) > 0 {
			list, by = nil, "measured"
			for _, t := range in.Attempt.Facts.Types {
				list = append(list, plainType(t))
			}
		}
	}
	if v == "system" {
		by = "stated" // a system's message belongs to nobody who could recall it
	} else if len(list) == 0 {
		return false
	}
	word := "not_recallable"
	if contains(list, v) && v != "system" {
		word = "recallable"
	}
	d := detail("type", v, "policy_basis", by, "recallable", strings.Join(list, " "))
	if measured {
		s.add(PermissionType, word, from(harNames(in.Attempt)), d)
	} else {
		s.stated(PermissionType, in.Incident, incident.MessageType, word, d)
	}
	return word == "not_recallable"
}

// plainType gives the incident's word for a service's name of a type.
func plainType(t string) string {
	t = strings.ToLower(t)
	for word, names := range map[string]string{"text": "text txt plain textmsg", "image": "image img photo picture pic", "audio": "audio voice", "video": "video", "file": "file attachment doc", "rich": "rich rich_text richtext hybrid news", "card": "card namecard", "system": "system sys notice event tip internal"} {
		if contains(strings.Fields(names), t) {
			return word
		}
	}
	return t
}

func (s *sheet) channel(in *diag.Input) bool {
	v := in.Incident.String(incident.MessageChannel)
	if can := in.Attempt.Facts.ChannelCan; can != "" {
		word := map[string]string{"yes": "recallable", "no": "not_recallable"}[can]
		s.add(PermissionChannel, word, from(harNames(in.Attempt)), detail("channel", firstOf(v, in.Attempt.Facts.Channel), "policy_basis", string(incident.Measured)))
		return can == "no"
	}
	if v == "" || len(in.Profile.Channels) == 0 {
		return false
	}
	word := "not_recallable"
	if contains(in.Profile.Channels, v) {
		word = "recallable"
	}
	s.stated(PermissionChannel, in.Incident, incident.MessageChannel, word, detail("channel", v, "policy_basis", in.Profile.NoteOf("recallable_channels").Basis))
	return word == "not_recallable"
}

// touched reports what the visitor and other systems did with the message,
// from the person's word and from events that came before the recall arrived.
func (s *sheet) touched(in *diag.Input, bad func(lang.Text)) {
	inc, a := in.Incident, in.Attempt
	if v := inc.String(incident.Read); v != "" {
		s.stated(PermissionRead, inc, incident.Read, v)
		if v == "yes" {
			bad(lang.T("访客已读", "the visitor had read it"))
		}
	}
	if ev, before := firstEvent(a, "read_receipt"); ev != nil {
		word := "after"
		if before {
			word = "yes"
			bad(lang.T("记录显示访客先读了", "the record shows that the visitor read it first"))
		}
		s.add(PermissionRead, word, from(ev.Source), at(ev.At))
	}
	if v := inc.String(incident.VisitorAction); v != "" {
		s.stated(PermissionActed, inc, incident.VisitorAction, v)
		if v != "none" {
			bad(lang.T("访客已有操作", "the visitor had acted on it"))
		}
	}
	for _, means := range []string{"visitor_click", "visitor_forward", "visitor_message"} {
		if ev, before := firstEvent(a, means); ev != nil && before {
			word := map[string]string{"visitor_click": "clicked", "visitor_forward": "forwarded", "visitor_message": "message"}[means]
			if word == "message" && ev.Mine {
				word = "replied"
			}
			s.add(PermissionActed, word, from(ev.Source), at(ev.At))
		}
	}
	if list, ok := inc.List(incident.ProcessedBy); ok {
		if len(list) == 0 {
			s.stated(PermissionProcessed, inc, incident.ProcessedBy, "none")
		}
		for _, sys := range list {
			s.stated(PermissionProcessed, inc, incident.ProcessedBy, sys)
			bad(lang.T("消息已被 %s 处理", "%s had taken the message").F(sys))
		}
	}
	if ev, before := firstEvent(a, "processed_event"); ev != nil && before {
		s.add(PermissionProcessed, "event", from(ev.Source), at(ev.At), detail("text", clip(ev.Text, 120)))
	}
}

func (s *sheet) target(in *diag.Input, bad func(lang.Text)) {
	a := in.Attempt
	if ev, before := firstEvent(a, "conversation_end"); ev != nil && before {
		s.add(PermissionTarget, "conversation_ended", from(ev.Source), at(ev.At))
		bad(lang.T("会话在撤回前已结束", "the conversation had ended before"))
	}
	for _, r := range a.Requests {
		if r != a.Request && r.Result == attempt.Accepted && a.Request != nil && r.Start.T.Before(a.Request.Start.T) && !r.Answer.Weak && !disjoint(r.IDs, a.Request.IDs) {
			s.add(PermissionTarget, "recalled_before", from(r.Source), at(r.Start))
			bad(lang.T("这条消息之前已撤回", "this message was already recalled"))
			return
		}
	}
	if ev, before := firstEvent(a, "recalled"); ev != nil && before && ev.Mine && a.Request != nil && !a.Request.Start.IsZero() && ev.At.T.Before(a.Request.Start.T) && a.Request.Result == attempt.Refused {
		s.add(PermissionTarget, "recalled_before", from(ev.Source), at(ev.At))
		bad(lang.T("这条消息之前已撤回", "this message was already recalled"))
	}
}

// firstEvent gives the first event of a meaning that concerns the message, and
// whether it came before the recall was answered.
func firstEvent(a *attempt.Attempt, means string) (*attempt.Event, bool) {
	for i := range a.Events {
		ev := &a.Events[i]
		if ev.Means != means || !(ev.Mine || a.ID == "" || means == "conversation_end" || means == "visitor_message") {
			continue
		}
		if ev.At.IsZero() {
			return ev, true
		}
		if !a.Sent.IsZero() && ev.At.OnService(a.Offset).Since(a.Sent.OnService(a.Offset)).Hi < 0 {
			continue // it speaks of what was before the message
		}
		ref := a.Press
		if a.Request != nil && !a.Request.End.IsZero() {
			ref = a.Request.End
		}
		if ref.IsZero() {
			return ev, true
		}
		gap := ev.At.OnService(a.Offset).Since(ref.OnService(a.Offset))
		return ev, gap.Mid() <= 0
	}
	return nil, false
}

func contains(list []string, word string) bool {
	for _, x := range list {
		if strings.EqualFold(x, word) {
			return true
		}
	}
	return false
}

func joinTexts(ts []lang.Text) lang.Text {
	out := ts[0]
	for _, t := range ts[1:] {
		out = lang.T(out.ZH+"；"+t.ZH, out.EN+"; "+t.EN)
	}
	return out
}

// disjoint reports whether both name messages, and none of them is the same.
func disjoint(x, y []string) bool {
	return len(x) > 0 && len(y) > 0 && !slices.ContainsFunc(x, func(id string) bool { return slices.Contains(y, id) })
}
