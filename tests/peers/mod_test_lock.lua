-- Disable User and Re-Enable User (XEP-0133, 4.3 and 4.4) for a Prosody that has neither: the keys
-- of a locked account are kept apart. Its sessions live on, as the specification allows.
module:depends("adhoc");
local adhoc_new = module:require "adhoc".new;
local simple_form = require "util.adhoc".new_simple_form;
local dataforms = require "util.dataforms";
local jid = require "util.jid";
local accounts = module:open_store("accounts");
local locked = module:open_store("locked_accounts");

local function layout(title)
	return dataforms.new {
		title = title;
		{ name = "FORM_TYPE", type = "hidden", value = "http://jabber.org/protocol/admin" };
		{ name = "accountjids", type = "jid-multi", required = true };
	};
end

local function each(fields, act)
	for _, account in ipairs(fields.accountjids) do
		local user, host = jid.split(account);
		if host ~= module.host or not act(user) then
			return { status = "completed", error = { message = "User does not exist" } };
		end
	end
	return { status = "completed", info = "Done" };
end

local function lock(user)
	local keys = accounts:get(user);
	if not keys then return false; end
	locked:set(user, keys);
	accounts:set(user, { password = require "util.uuid".generate() });
	return true;
end

local function unlock(user)
	local keys = locked:get(user);
	if not keys then return false; end
	accounts:set(user, keys);
	locked:set(user, nil);
	return true;
end

local function command(name, node, act)
	local handler = simple_form(layout(name), function(fields, err)
		if err then return { status = "completed", error = { message = "Bad form" } }; end
		return each(fields, act);
	end);
	module:provides("adhoc", adhoc_new(name, node, handler, "admin"));
end

command("Disable User", "http://jabber.org/protocol/admin#disable-user", lock);
command("Re-Enable User", "http://jabber.org/protocol/admin#reenable-user", unlock);
