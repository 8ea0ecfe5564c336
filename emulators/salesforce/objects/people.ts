/** Users, queues, permissions and the org itself (object reference: User, Group, QueueSobject, Organization). */
import { field, lookup, object, type ObjectDef, picklist, readOnly, text } from "../fields.ts";

/** The objects of an org that are about who works in it. */
export const peopleObjects: readonly ObjectDef[] = [
  object("User", "005", [
    text("Username", 80, { required: true, unique: true }),
    text("FirstName", 40),
    text("LastName", 80, { required: true }),
    readOnly("Name", "string", { length: 121 }),
    field("Email", "email", { required: true, length: 128 }),
    text("Alias", 8),
    text("Title", 80),
    text("Department", 80),
    field("Phone", "phone"),
    field("IsActive", "boolean", { defaultValue: true }),
    picklist("UserType", ["Standard"], { defaultValue: "Standard" }),
    text("TimeZoneSidKey", 40, { defaultValue: "America/New_York" }),
    text("LocaleSidKey", 40, { defaultValue: "en_US" }),
    lookup("ManagerId", ["User"]),
    lookup("ProfileId", ["Profile"]),
    lookup("UserRoleId", ["UserRole"]),
  ]),
  object("Group", "00G", [
    text("Name", 40, { required: true }),
    text("DeveloperName", 80, { indexed: true }),
    picklist("Type", ["Regular", "Queue"], { required: true, restricted: true }),
    field("Email", "email"),
  ]),
  object("QueueSobject", "03g", [
    lookup("QueueId", ["Group"], { required: true, children: "QueueSobjects" }),
    text("SobjectType", 40, { required: true }),
  ]),
  object("GroupMember", "011", [
    lookup("GroupId", ["Group"], { required: true, children: "GroupMembers" }),
    lookup("UserOrGroupId", ["User", "Group"], { required: true }),
  ]),
  object("Profile", "00e", [text("Name", 255, { required: true })]),
  object("UserRole", "00E", [text("Name", 80, { required: true }), text("DeveloperName", 80)]),
  object("PermissionSet", "0PS", [
    text("Name", 80, { required: true, indexed: true }),
    text("Label", 80, { required: true }),
  ]),
  object("PermissionSetAssignment", "0Pa", [
    lookup("PermissionSetId", ["PermissionSet"], { required: true, children: "Assignments" }),
    lookup("AssigneeId", ["User"], { required: true, children: "PermissionSetAssignments" }),
  ]),
  object("OutOfOffice", "0OO", [
    lookup("UserId", ["User"], { required: true }),
    field("StartDate", "date"),
    field("EndDate", "date"),
    field("IsEnabled", "boolean"),
    text("Message", 40),
  ]),
  object("RecordType", "012", [
    text("Name", 80, { required: true }),
    text("DeveloperName", 80, { required: true }),
    text("SobjectType", 40, { required: true }),
    field("IsActive", "boolean", { defaultValue: true }),
    field("IsPersonType", "boolean"),
  ]),
  object("Organization", "00D", [
    text("Name", 80, { required: true }),
    text("InstanceName", 20),
    picklist("OrganizationType", ["Developer Edition", "Enterprise Edition"]),
    field("IsSandbox", "boolean"),
    text("TimeZoneSidKey", 40),
    text("DefaultLocaleSidKey", 40),
  ]),
];
