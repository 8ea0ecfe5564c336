/** Account, Contact, Lead and the pipeline (object reference and field reference of each). */
import { field, lookup, object, type FieldDef, type ObjectDef, picklist, readOnly, text } from "../fields.ts";

const userOwner = lookup("OwnerId", ["User"], { label: "Owner ID" });
const anyOwner = lookup("OwnerId", ["Group", "User"], { label: "Owner ID" });
const description = field("Description", "longtext", { length: 32_000 });
const leadSources = ["Web", "Phone Inquiry", "Partner Referral", "Purchased List", "Other", "Chat"];
const ratings = ["Hot", "Warm", "Cold"];

/** Stage, whether it closes, whether it wins, and its probability in percent, in order. */
export const standardStages: readonly (readonly [string, boolean, boolean, number])[] = [
  ["Prospecting", false, false, 10],
  ["Qualification", false, false, 10],
  ["Needs Analysis", false, false, 20],
  ["Value Proposition", false, false, 50],
  ["Id. Decision Makers", false, false, 60],
  ["Perception Analysis", false, false, 70],
  ["Proposal/Price Quote", false, false, 75],
  ["Negotiation", false, false, 90],
  ["Negotiation/Review", false, false, 90],
  ["Contract Sent", false, false, 95],
  ["Closed Won", true, true, 100],
  ["Closed Lost", true, false, 0],
];

/** Lead status and whether it means converted. The first is the default. */
export const standardLeadStatuses: readonly (readonly [string, boolean])[] = [
  ["Open - Not Contacted", false],
  ["Working - Contacted", false],
  ["Closed - Converted", true],
  ["Closed - Not Converted", false],
];

function address(prefix: string): FieldDef[] {
  return [
    field(`${prefix}Street`, "textarea"),
    text(`${prefix}City`, 40),
    text(`${prefix}State`, 80),
    text(`${prefix}PostalCode`, 20),
    text(`${prefix}Country`, 80),
  ];
}

/** The objects of the pipeline. */
export const salesObjects: readonly ObjectDef[] = [
  object("Account", "001", [
    text("Name", 255, { required: true, label: "Account Name", indexed: true }),
    field("Website", "url", { indexed: true }),
    field("Phone", "phone"),
    picklist("Type", ["Prospect", "Customer - Direct", "Customer - Channel", "Other"]),
    picklist("Industry", ["Technology", "Finance", "Healthcare", "Retail", "Other"]),
    picklist("Rating", ratings),
    field("NumberOfEmployees", "int", { label: "Employees" }),
    field("AnnualRevenue", "currency"),
    ...address("Billing"),
    ...address("Shipping"),
    description,
    lookup("ParentId", ["Account"], { children: "ChildAccounts" }),
    lookup("MasterRecordId", ["Account"], { createable: false, updateable: false }),
    userOwner,
    lookup("CSM__c", ["User"], { label: "CSM", children: "CSM_Accounts__r" }),
    readOnly("LastActivityDate", "date"),
  ]),
  object("Contact", "003", [
    lookup("AccountId", ["Account"], { children: "Contacts", cascade: true }),
    text("FirstName", 40),
    text("LastName", 80, { required: true }),
    readOnly("Name", "string", { length: 121 }),
    field("Email", "email"),
    field("Phone", "phone"),
    field("MobilePhone", "phone"),
    text("Title", 128),
    text("Department", 80),
    picklist("LeadSource", leadSources),
    ...address("Mailing"),
    description,
    field("HasOptedOutOfEmail", "boolean"),
    lookup("MasterRecordId", ["Contact"], { createable: false, updateable: false }),
    lookup("ReportsToId", ["Contact"]),
    userOwner,
    readOnly("LastActivityDate", "date"),
  ]),
  object("Lead", "00Q", [
    text("FirstName", 40),
    text("LastName", 80, { required: true }),
    readOnly("Name", "string", { length: 121 }),
    text("Company", 255, { required: true }),
    field("Email", "email"),
    field("Phone", "phone"),
    text("Title", 128),
    field("Website", "url", { indexed: true }),
    picklist(
      "Status",
      standardLeadStatuses.map(([name]) => name),
      { defaultValue: "Open - Not Contacted", label: "Lead Status" },
    ),
    picklist("LeadSource", leadSources),
    picklist("Rating", ratings),
    picklist("Industry", ["Technology", "Finance", "Healthcare", "Retail", "Other"]),
    field("NumberOfEmployees", "int", { label: "Employees" }),
    field("AnnualRevenue", "currency"),
    text("City", 40),
    text("State", 80),
    text("PostalCode", 20),
    text("Country", 80),
    field("Street", "textarea"),
    description,
    field("HasOptedOutOfEmail", "boolean"),
    readOnly("IsConverted", "boolean"),
    readOnly("ConvertedDate", "date"),
    lookup("ConvertedAccountId", ["Account"], { createable: false, updateable: false }),
    lookup("ConvertedContactId", ["Contact"], { createable: false, updateable: false }),
    lookup("ConvertedOpportunityId", ["Opportunity"], { createable: false, updateable: false }),
    lookup("MasterRecordId", ["Lead"], { createable: false, updateable: false }),
    anyOwner,
    readOnly("LastActivityDate", "date"),
  ]),
  object("LeadStatus", "01L", [
    text("MasterLabel", 255),
    text("ApiName", 255),
    field("SortOrder", "int"),
    field("IsDefault", "boolean"),
    field("IsConverted", "boolean"),
  ]),
];

/** Who works on an account beside its owner (object reference: AccountTeamMember); only where account teams are on. */
export const accountTeamObjects: readonly ObjectDef[] = [
  object("AccountTeamMember", "01M", [
    lookup("AccountId", ["Account"], { required: true, children: "AccountTeamMembers", cascade: true }),
    lookup("UserId", ["User"], { required: true }),
    picklist("TeamMemberRole", [
      "Account Manager",
      "Customer Success Manager",
      "Executive Sponsor",
      "Sales Manager",
    ]),
    picklist("AccountAccessLevel", ["Read", "Edit", "All"], { defaultValue: "Read" }),
  ]),
];

/** Opportunity and what hangs on it. */
export const opportunityObjects: readonly ObjectDef[] = [
  object("Opportunity", "006", [
    lookup("AccountId", ["Account"], { children: "Opportunities", cascade: true }),
    text("Name", 120, { required: true, label: "Name" }),
    picklist(
      "StageName",
      standardStages.map(([name]) => name),
      { required: true, restricted: true, label: "Stage" },
    ),
    field("CloseDate", "date", { required: true }),
    field("Amount", "currency"),
    field("Probability", "percent", { label: "Probability (%)" }),
    readOnly("ExpectedRevenue", "currency"),
    picklist("Type", ["Existing Customer - Upgrade", "New Customer", "Trial Conversion"]),
    picklist("LeadSource", leadSources),
    text("NextStep", 255),
    description,
    readOnly("IsClosed", "boolean"),
    readOnly("IsWon", "boolean"),
    readOnly("ForecastCategoryName", "string", { length: 40 }),
    readOnly("LastStageChangeDate", "datetime"),
    userOwner,
    readOnly("LastActivityDate", "date"),
  ]),
  object("OpportunityContactRole", "00K", [
    lookup("OpportunityId", ["Opportunity"], {
      required: true,
      children: "OpportunityContactRoles",
      cascade: true,
    }),
    lookup("ContactId", ["Contact"], { required: true, children: "OpportunityContactRoles", cascade: true }),
    picklist("Role", ["Decision Maker", "Economic Buyer", "Evaluator", "Business User", "Other"]),
    field("IsPrimary", "boolean"),
  ]),
  object(
    "OpportunityHistory",
    "008",
    [
      lookup("OpportunityId", ["Opportunity"], { children: "OpportunityHistories", cascade: true }),
      text("StageName", 255),
      field("Amount", "currency"),
      field("Probability", "percent"),
      field("ExpectedRevenue", "currency"),
      field("CloseDate", "date"),
      text("ForecastCategory", 40),
      field("PrevAmount", "currency"),
      field("PrevCloseDate", "date"),
    ],
    { createable: false },
  ),
  object(
    "LeadHistory",
    "017",
    [
      lookup("LeadId", ["Lead"], { children: "Histories", cascade: true }),
      text("Field", 255),
      text("OldValue", 255),
      text("NewValue", 255),
    ],
    { createable: false },
  ),
  object(
    "OpportunityStage",
    "01J",
    [
      text("MasterLabel", 255),
      text("ApiName", 255),
      field("IsActive", "boolean"),
      field("IsClosed", "boolean"),
      field("IsWon", "boolean"),
      field("SortOrder", "int"),
      field("DefaultProbability", "percent"),
      text("ForecastCategoryName", 40),
    ],
    { createable: false },
  ),
];
