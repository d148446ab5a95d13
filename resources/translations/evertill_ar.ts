<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="ar" sourcelanguage="en">
    <context>
        <name>AccountDialog</name>
        <message>
            <source>Asking the server…</source>
            <translation>جارٍ سؤال الخادم…</translation>
        </message>
        <message>
            <source>Close</source>
            <translation>إغلاق</translation>
        </message>
        <message>
            <source>Stop</source>
            <translation>إيقاف</translation>
        </message>
        <message>
            <source>Stopped.</source>
            <translation>تم الإيقاف.</translation>
        </message>
        <message>
            <source>The connection is not encrypted: others in the network can read the password.</source>
            <translation>الاتصال غير مشفَّر: يمكن لآخرين في الشبكة قراءة كلمة المرور.</translation>
        </message>
        <message>
            <source>User name</source>
            <translation>اسم المستخدم</translation>
        </message>
        <message>
            <source>You were signed out at the server. Sign in again.</source>
            <translation>انتهى تسجيل دخولك في الخادم. سجّل الدخول من جديد.</translation>
        </message>
    </context>
    <context>
        <name>AdjustForm</name>
        <message>
            <source>Nothing would change: type another quantity than 0.</source>
            <translation>لن يتغير شيء: اكتب كمية غير الصفر.</translation>
        </message>
        <message>
            <source>On hand after this: {quantity}</source>
            <translation>الرصيد بعد ذلك: {quantity}</translation>
        </message>
        <message>
            <source>Quantity</source>
            <translation>الكمية</translation>
        </message>
        <message>
            <source>Reason</source>
            <translation>السبب</translation>
        </message>
        <message>
            <source>Receive or adjust</source>
            <translation>استلام أو تسوية</translation>
        </message>
        <message>
            <source>Save</source>
            <translation>حفظ</translation>
        </message>
        <message>
            <source>Type it without a minus: the reason says which way it goes.</source>
            <translation>اكتبها بلا علامة ناقص: السبب يحدد الاتجاه.</translation>
        </message>
    </context>
    <context>
        <name>ApprovalDialog</name>
        <message>
            <source>A manager has to approve</source>
            <translation>يلزم أن يوافق مدير</translation>
        </message>
        <message>
            <source>Approve</source>
            <translation>موافقة</translation>
        </message>
        <message>
            <source>Cancel</source>
            <translation>إلغاء</translation>
        </message>
        <message>
            <source>Manager</source>
            <translation>المدير</translation>
        </message>
        <message>
            <source>PIN</source>
            <translation>الرقم السري</translation>
        </message>
        <message>
            <source>Type your PIN first.</source>
            <translation>اكتب رقمك السري أولًا.</translation>
        </message>
    </context>
    <context>
        <name>ApprovalPrompt</name>
        <message>
            <source>No manager is known at this till. Nothing was changed.</source>
            <translation>لا يعرف هذا الصندوق أي مدير. لم يتغير شيء.</translation>
        </message>
        <message>
            <source>Not approved. Nothing was changed.</source>
            <translation>لم تتم الموافقة. لم يتغير شيء.</translation>
        </message>
    </context>
    <context>
        <name>BatchDialog</name>
        <message numerus="yes">
            <source>Apply the suggestion to all %n similar</source>
            <translation>
                <numerusform>تطبيق الاقتراح على المتشابهة (%n)</numerusform>
                <numerusform>تطبيق الاقتراح على المتشابه الواحد</numerusform>
                <numerusform>تطبيق الاقتراح على المتشابهين</numerusform>
                <numerusform>تطبيق الاقتراح على %n متشابهة</numerusform>
                <numerusform>تطبيق الاقتراح على %n متشابهًا</numerusform>
                <numerusform>تطبيق الاقتراح على %n متشابه</numerusform>
            </translation>
        </message>
        <message>
            <source>Apply the suggestion to all of them</source>
            <translation>تطبيق الاقتراح عليها كلها</translation>
        </message>
        <message>
            <source>Conflicts and what is suggested</source>
            <translation>التعارضات وما يُقترح لها</translation>
        </message>
        <message>
            <source>Each can be opened again later. What changes meanwhile is left alone.</source>
            <translation>يمكن إعادة فتح أي منها لاحقًا. وما يتغير في الأثناء يُترك كما هو.</translation>
        </message>
        <message>
            <source>Not now</source>
            <translation>ليس الآن</translation>
        </message>
        <message>
            <source>What each of them would become</source>
            <translation>ما سيصير إليه كل منها</translation>
        </message>
    </context>
    <context>
        <name>CartDelegate</name>
        <message>
            <source>Quantity</source>
            <translation>الكمية</translation>
        </message>
    </context>
    <context>
        <name>CartModel</name>
        <message>
            <source>Amount</source>
            <translation>المبلغ</translation>
        </message>
        <message>
            <source>Item</source>
            <translation>الصنف</translation>
        </message>
        <message>
            <source>Quantity</source>
            <translation>الكمية</translation>
        </message>
        <message>
            <source>Remove {item}</source>
            <translation>إزالة {item}</translation>
        </message>
        <message>
            <source>discount {amount}</source>
            <translation>خصم {amount}</translation>
        </message>
        <message>
            <source>instead of {price}</source>
            <translation>بدلًا من {price}</translation>
        </message>
    </context>
    <context>
        <name>CartTable</name>
        <message>
            <source>Cart</source>
            <translation>السلة</translation>
        </message>
        <message>
            <source>Scan an item, or press {key} to find one by name.</source>
            <translation>امسح صنفًا، أو اضغط {key} للبحث بالاسم.</translation>
        </message>
    </context>
    <context>
        <name>CartView</name>
        <message numerus="yes">
            <source>%n item(s)</source>
            <translation>
                <numerusform>لا أصناف</numerusform>
                <numerusform>صنف واحد</numerusform>
                <numerusform>صنفان</numerusform>
                <numerusform>%n أصناف</numerusform>
                <numerusform>%n صنفًا</numerusform>
                <numerusform>%n صنف</numerusform>
            </translation>
        </message>
        <message>
            <source>Discount</source>
            <translation>خصم</translation>
        </message>
        <message>
            <source>Give back</source>
            <translation>إعادة المبلغ</translation>
        </message>
        <message>
            <source>Hold</source>
            <translation>تعليق</translation>
        </message>
        <message>
            <source>More</source>
            <translation>المزيد</translation>
        </message>
        <message>
            <source>Pay</source>
            <translation>الدفع</translation>
        </message>
        <message>
            <source>Recall</source>
            <translation>استرجاع</translation>
        </message>
        <message>
            <source>Refund</source>
            <translation>إرجاع</translation>
        </message>
        <message>
            <source>Tax added {amount}</source>
            <translation>ضريبة مضافة {amount}</translation>
        </message>
        <message>
            <source>Tax included {amount}</source>
            <translation>ضريبة مشمولة {amount}</translation>
        </message>
        <message>
            <source>discount {amount}</source>
            <translation>خصم {amount}</translation>
        </message>
    </context>
    <context>
        <name>ChangePanel</name>
        <message>
            <source>10% or 2.50</source>
            <translation>10% أو 2.50</translation>
        </message>
        <message>
            <source>Apply</source>
            <translation>تطبيق</translation>
        </message>
        <message>
            <source>Back</source>
            <translation>رجوع</translation>
        </message>
        <message>
            <source>Damaged packaging</source>
            <translation>عبوة تالفة</translation>
        </message>
        <message>
            <source>Discount or price</source>
            <translation>خصم أو سعر</translation>
        </message>
        <message>
            <source>Empty takes no discount.</source>
            <translation>الفراغ يعني بلا خصم.</translation>
        </message>
        <message>
            <source>Last one</source>
            <translation>آخر قطعة</translation>
        </message>
        <message>
            <source>Line</source>
            <translation>السطر</translation>
        </message>
        <message>
            <source>Price</source>
            <translation>السعر</translation>
        </message>
        <message>
            <source>Price on the shelf was lower</source>
            <translation>السعر على الرف كان أقل</translation>
        </message>
        <message>
            <source>Reason</source>
            <translation>السبب</translation>
        </message>
        <message>
            <source>Regular customer</source>
            <translation>زبون دائم</translation>
        </message>
        <message>
            <source>Sale</source>
            <translation>بيع</translation>
        </message>
        <message>
            <source>Staff discount</source>
            <translation>خصم الموظفين</translation>
        </message>
        <message>
            <source>The catalogue asks {price}.</source>
            <translation>سعر القائمة {price}.</translation>
        </message>
        <message>
            <source>The whole sale</source>
            <translation>البيع كله</translation>
        </message>
    </context>
    <context>
        <name>ComparisonView</name>
        <message>
            <source>After the count</source>
            <translation>بعد الجرد</translation>
        </message>
        <message>
            <source>Article number</source>
            <translation>رقم الصنف</translation>
        </message>
        <message>
            <source>At the server meanwhile</source>
            <translation>في الخادم أثناء ذلك</translation>
        </message>
        <message>
            <source>Barcode</source>
            <translation>الباركود</translation>
        </message>
        <message>
            <source>Before</source>
            <translation>قبل</translation>
        </message>
        <message>
            <source>Before the count</source>
            <translation>قبل الجرد</translation>
        </message>
        <message>
            <source>Field</source>
            <translation>الحقل</translation>
        </message>
        <message>
            <source>Name</source>
            <translation>الاسم</translation>
        </message>
        <message>
            <source>Named tax rate</source>
            <translation>نسبة ضريبة مسماة</translation>
        </message>
        <message>
            <source>On hand</source>
            <translation>الرصيد</translation>
        </message>
        <message>
            <source>Price</source>
            <translation>السعر</translation>
        </message>
        <message>
            <source>Product</source>
            <translation>المنتج</translation>
        </message>
        <message>
            <source>Result</source>
            <translation>النتيجة</translation>
        </message>
        <message>
            <source>Result: {field}</source>
            <translation>النتيجة: {field}</translation>
        </message>
        <message>
            <source>Server</source>
            <translation>الخادم</translation>
        </message>
        <message>
            <source>Sold by</source>
            <translation>يباع بـ</translation>
        </message>
        <message>
            <source>Tax rate</source>
            <translation>نسبة الضريبة</translation>
        </message>
        <message>
            <source>The other till</source>
            <translation>الصندوق الآخر</translation>
        </message>
        <message>
            <source>This till</source>
            <translation>هذا الصندوق</translation>
        </message>
        <message>
            <source>This till’s clock is {minutes} min fast: its times here may be off by as much.</source>
            <translation>ساعة هذا الصندوق متقدمة {minutes} د: قد تخطئ أوقاته هنا بهذا القدر.</translation>
        </message>
        <message>
            <source>This till’s clock is {minutes} min slow: its times here may be off by as much.</source>
            <translation>ساعة هذا الصندوق متأخرة {minutes} د: قد تخطئ أوقاته هنا بهذا القدر.</translation>
        </message>
        <message>
            <source>Which change of “{product}” is right?</source>
            <translation>أي تعديل على «{product}» هو الصحيح؟</translation>
        </message>
        <message>
            <source>Which figure is right for “{product}”?</source>
            <translation>أي رقم هو الصحيح لـ«{product}»؟</translation>
        </message>
        <message>
            <source>Which “{setting}” is right for the shop?</source>
            <translation>أي «{setting}» هو الصحيح للمتجر؟</translation>
        </message>
        <message>
            <source>Why this is suggested</source>
            <translation>لماذا يُقترح هذا</translation>
        </message>
        <message numerus="yes">
            <source>and %n more</source>
            <translation>
                <numerusform>ولا شيء غيرها</numerusform>
                <numerusform>وواحد آخر</numerusform>
                <numerusform>واثنان آخران</numerusform>
                <numerusform>و%n أخرى</numerusform>
                <numerusform>و%n أخرى</numerusform>
                <numerusform>و%n أخرى</numerusform>
            </translation>
        </message>
        <message>
            <source>as at the server</source>
            <translation>كما في الخادم</translation>
        </message>
        <message>
            <source>as on {place}</source>
            <translation>كما في {place}</translation>
        </message>
        <message>
            <source>deleted</source>
            <translation>محذوف</translation>
        </message>
        <message>
            <source>from both sides</source>
            <translation>من الجانبين</translation>
        </message>
        <message>
            <source>kept</source>
            <translation>محفوظ</translation>
        </message>
        <message>
            <source>none</source>
            <translation>لا شيء</translation>
        </message>
        <message>
            <source>not known</source>
            <translation>غير معروف</translation>
        </message>
        <message>
            <source>suggested, {origin}</source>
            <translation>مقترح، {origin}</translation>
        </message>
        <message>
            <source>the other till</source>
            <translation>الصندوق الآخر</translation>
        </message>
        <message>
            <source>this till</source>
            <translation>هذا الصندوق</translation>
        </message>
        <message>
            <source>typed by you</source>
            <translation>كتبته أنت</translation>
        </message>
        <message>
            <source>you</source>
            <translation>أنت</translation>
        </message>
        <message>
            <source>“{product}” was made at two tills. Is it one article?</source>
            <translation>أُنشئ «{product}» على صندوقين. هل هو صنف واحد؟</translation>
        </message>
    </context>
    <context>
        <name>ConflictDialog</name>
        <message>
            <source>Decide later</source>
            <translation>القرار لاحقًا</translation>
        </message>
        <message>
            <source>Decided</source>
            <translation>تم القرار</translation>
        </message>
        <message>
            <source>Leave deleted</source>
            <translation>تركه محذوفًا</translation>
        </message>
        <message>
            <source>Left deleted</source>
            <translation>تُرك محذوفًا</translation>
        </message>
        <message>
            <source>One article, with the values from {place}</source>
            <translation>صنف واحد، بقيم {place}</translation>
        </message>
        <message>
            <source>Restore</source>
            <translation>استعادة</translation>
        </message>
        <message>
            <source>Restored</source>
            <translation>تمت الاستعادة</translation>
        </message>
        <message>
            <source>Stock set to {quantity}</source>
            <translation>ضُبط المخزون على {quantity}</translation>
        </message>
        <message>
            <source>Two articles: give this one another number</source>
            <translation>صنفان: أعطِ هذا رقمًا آخر</translation>
        </message>
        <message>
            <source>Two sides disagree</source>
            <translation>الجانبان غير متفقين</translation>
        </message>
        <message>
            <source>Type its own number into the Result row first.</source>
            <translation>اكتب رقمه الخاص في صف النتيجة أولًا.</translation>
        </message>
        <message>
            <source>Use the result as typed</source>
            <translation>استخدام النتيجة المكتوبة</translation>
        </message>
        <message>
            <source>Use the server’s values</source>
            <translation>استخدام قيم الخادم</translation>
        </message>
        <message>
            <source>Use the values from {place}</source>
            <translation>استخدام قيم {place}</translation>
        </message>
        <message>
            <source>Use {quantity} (as typed)</source>
            <translation>استخدام {quantity} (المكتوب)</translation>
        </message>
        <message>
            <source>Use {quantity} from the server</source>
            <translation>استخدام {quantity} من الخادم</translation>
        </message>
        <message>
            <source>Use {quantity} from {place}</source>
            <translation>استخدام {quantity} من {place}</translation>
        </message>
        <message>
            <source>the server</source>
            <translation>الخادم</translation>
        </message>
        <message>
            <source>{key}. Nothing is changed until somebody decides.</source>
            <translation>{key}. لا يتغير شيء حتى يقرر أحد.</translation>
        </message>
    </context>
    <context>
        <name>ConflictInbox</name>
        <message numerus="yes">
            <source>%n conflict(s) decided as suggested.</source>
            <translation>
                <numerusform>لم يتقرر شيء.</numerusform>
                <numerusform>تقرر تعارض واحد كما اقتُرح.</numerusform>
                <numerusform>تقرر تعارضان كما اقتُرح.</numerusform>
                <numerusform>تقررت %n تعارضات كما اقتُرح.</numerusform>
                <numerusform>تقرر %n تعارضًا كما اقتُرح.</numerusform>
                <numerusform>تقرر %n تعارض كما اقتُرح.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n had changed meanwhile and (waits|wait) for you.</source>
            <translation>
                <numerusform>لم يتغير شيء في الأثناء.</numerusform>
                <numerusform>تغير واحد في الأثناء وينتظرك.</numerusform>
                <numerusform>تغير اثنان في الأثناء وينتظرانك.</numerusform>
                <numerusform>تغيرت %n في الأثناء وتنتظرك.</numerusform>
                <numerusform>تغيرت %n في الأثناء وتنتظرك.</numerusform>
                <numerusform>تغيرت %n في الأثناء وتنتظرك.</numerusform>
            </translation>
        </message>
        <message>
            <source>All similar…</source>
            <translation>كل المتشابهة…</translation>
        </message>
        <message>
            <source>Conflicts</source>
            <translation>التعارضات</translation>
        </message>
        <message>
            <source>Decided</source>
            <translation>تم القرار</translation>
        </message>
        <message>
            <source>Decide…</source>
            <translation>القرار…</translation>
        </message>
        <message>
            <source>It is being opened again. It comes back here once the server has heard of it.</source>
            <translation>يُفتح من جديد. يعود إلى هنا حين يعلم الخادم.</translation>
        </message>
        <message>
            <source>No other conflict is similar to this one.</source>
            <translation>لا تعارض آخر يشبه هذا.</translation>
        </message>
        <message>
            <source>Nothing has to be decided.</source>
            <translation>لا شيء ينتظر القرار.</translation>
        </message>
        <message>
            <source>Open again</source>
            <translation>فتح من جديد</translation>
        </message>
        <message>
            <source>Selling goes on meanwhile; nothing is changed until somebody decides.</source>
            <translation>البيع مستمر في الأثناء؛ لا يتغير شيء حتى يقرر أحد.</translation>
        </message>
        <message>
            <source>Taken back. It waits for a decision again.</source>
            <translation>تم التراجع. ينتظر القرار من جديد.</translation>
        </message>
        <message>
            <source>This is decided, and goes to the server by itself.</source>
            <translation>تقرر هذا، ويذهب إلى الخادم وحده.</translation>
        </message>
        <message>
            <source>Undo</source>
            <translation>تراجع</translation>
        </message>
        <message>
            <source>What was decided can be opened again from here.</source>
            <translation>ما تقرر يمكن فتحه من جديد من هنا.</translation>
        </message>
    </context>
    <context>
        <name>ConflictModel</name>
        <message numerus="yes">
            <source>%n day(s)</source>
            <translation>
                <numerusform>%n يوم</numerusform>
                <numerusform>يوم</numerusform>
                <numerusform>يومان</numerusform>
                <numerusform>%n أيام</numerusform>
                <numerusform>%n يومًا</numerusform>
                <numerusform>%n يوم</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n hour(s)</source>
            <translation>
                <numerusform>%n ساعة</numerusform>
                <numerusform>ساعة</numerusform>
                <numerusform>ساعتان</numerusform>
                <numerusform>%n ساعات</numerusform>
                <numerusform>%n ساعة</numerusform>
                <numerusform>%n ساعة</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n min</source>
            <translation>
                <numerusform>%n د</numerusform>
                <numerusform>%n د</numerusform>
                <numerusform>%n د</numerusform>
                <numerusform>%n د</numerusform>
                <numerusform>%n د</numerusform>
                <numerusform>%n د</numerusform>
            </translation>
        </message>
        <message>
            <source>Another till</source>
            <translation>صندوق آخر</translation>
        </message>
        <message>
            <source>Decided, not sent yet</source>
            <translation>تقرر، ولم يُرسل بعد</translation>
        </message>
        <message>
            <source>Open</source>
            <translation>مفتوح منذ</translation>
        </message>
        <message>
            <source>State</source>
            <translation>الحالة</translation>
        </message>
        <message>
            <source>Stock of {product}</source>
            <translation>مخزون {product}</translation>
        </message>
        <message>
            <source>This till</source>
            <translation>هذا الصندوق</translation>
        </message>
        <message>
            <source>To be decided</source>
            <translation>ينتظر القرار</translation>
        </message>
        <message>
            <source>What</source>
            <translation>ما هو</translation>
        </message>
        <message>
            <source>Where it comes from</source>
            <translation>من أين جاء</translation>
        </message>
        <message>
            <source>just now</source>
            <translation>الآن</translation>
        </message>
    </context>
    <context>
        <name>CountForm</name>
        <message>
            <source>A shelf cannot hold less than nothing.</source>
            <translation>لا يمكن أن يحمل الرف أقل من لا شيء.</translation>
        </message>
        <message>
            <source>As expected.</source>
            <translation>كما هو متوقع.</translation>
        </message>
        <message>
            <source>Count</source>
            <translation>جرد</translation>
        </message>
        <message>
            <source>On the shelf</source>
            <translation>على الرف</translation>
        </message>
        <message>
            <source>Save the count</source>
            <translation>حفظ الجرد</translation>
        </message>
        <message>
            <source>{difference} against what was expected ({expected}).</source>
            <translation>‏{difference} عن المتوقع ({expected}).</translation>
        </message>
    </context>
    <context>
        <name>CountPanel</name>
        <message numerus="yes">
            <source>%n different from the figure here</source>
            <translation>
                <numerusform>لا اختلاف عن الرقم هنا</numerusform>
                <numerusform>واحد يختلف عن الرقم هنا</numerusform>
                <numerusform>اثنان يختلفان عن الرقم هنا</numerusform>
                <numerusform>%n تختلف عن الرقم هنا</numerusform>
                <numerusform>%n تختلف عن الرقم هنا</numerusform>
                <numerusform>%n تختلف عن الرقم هنا</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n figure(s) changed.</source>
            <translation>
                <numerusform>لم يتغير أي رقم.</numerusform>
                <numerusform>تغير رقم واحد.</numerusform>
                <numerusform>تغير رقمان.</numerusform>
                <numerusform>تغيرت %n أرقام.</numerusform>
                <numerusform>تغير %n رقمًا.</numerusform>
                <numerusform>تغير %n رقم.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n figure(s) will change.</source>
            <translation>
                <numerusform>لن يتغير أي رقم.</numerusform>
                <numerusform>سيتغير رقم واحد.</numerusform>
                <numerusform>سيتغير رقمان.</numerusform>
                <numerusform>ستتغير %n أرقام.</numerusform>
                <numerusform>سيتغير %n رقمًا.</numerusform>
                <numerusform>سيتغير %n رقم.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n product(s)</source>
            <translation>
                <numerusform>لا منتجات</numerusform>
                <numerusform>منتج واحد</numerusform>
                <numerusform>منتجان</numerusform>
                <numerusform>%n منتجات</numerusform>
                <numerusform>%n منتجًا</numerusform>
                <numerusform>%n منتج</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n product(s) counted</source>
            <translation>
                <numerusform>لم يُجرد أي منتج</numerusform>
                <numerusform>جُرد منتج واحد</numerusform>
                <numerusform>جُرد منتجان</numerusform>
                <numerusform>جُردت %n منتجات</numerusform>
                <numerusform>جُرد %n منتجًا</numerusform>
                <numerusform>جُرد %n منتج</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n product(s) counted.</source>
            <translation>
                <numerusform>لم يُجرد أي منتج.</numerusform>
                <numerusform>جُرد منتج واحد.</numerusform>
                <numerusform>جُرد منتجان.</numerusform>
                <numerusform>جُردت %n منتجات.</numerusform>
                <numerusform>جُرد %n منتجًا.</numerusform>
                <numerusform>جُرد %n منتج.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n product(s) with stock were not counted; they stay as they are.</source>
            <translation>
                <numerusform>جُردت كل المنتجات ذات الرصيد.</numerusform>
                <numerusform>منتج واحد له رصيد لم يُجرد؛ يبقى كما هو.</numerusform>
                <numerusform>منتجان لهما رصيد لم يُجردا؛ يبقيان كما هما.</numerusform>
                <numerusform>%n منتجات لها رصيد لم تُجرد؛ تبقى كما هي.</numerusform>
                <numerusform>%n منتجًا لها رصيد لم تُجرد؛ تبقى كما هي.</numerusform>
                <numerusform>%n منتج لها رصيد لم تُجرد؛ تبقى كما هي.</numerusform>
            </translation>
        </message>
        <message>
            <source>A shelf</source>
            <translation>رف واحد</translation>
        </message>
        <message>
            <source>Back</source>
            <translation>رجوع</translation>
        </message>
        <message>
            <source>Begin to count</source>
            <translation>بدء الجرد</translation>
        </message>
        <message>
            <source>Count by scanning</source>
            <translation>الجرد بالمسح</translation>
        </message>
        <message>
            <source>Counted</source>
            <translation>المجرود</translation>
        </message>
        <message numerus="yes">
            <source>Counted: %n product(s).</source>
            <translation>
                <numerusform>لم يُجرد شيء.</numerusform>
                <numerusform>المجرود: منتج واحد.</numerusform>
                <numerusform>المجرود: منتجان.</numerusform>
                <numerusform>المجرود: %n منتجات.</numerusform>
                <numerusform>المجرود: %n منتجًا.</numerusform>
                <numerusform>المجرود: %n منتج.</numerusform>
            </translation>
        </message>
        <message>
            <source>Counts that rest</source>
            <translation>جرود متوقفة</translation>
        </message>
        <message>
            <source>Everything</source>
            <translation>كل شيء</translation>
        </message>
        <message>
            <source>Finish the count</source>
            <translation>إنهاء الجرد</translation>
        </message>
        <message>
            <source>Finish…</source>
            <translation>إنهاء…</translation>
        </message>
        <message>
            <source>Forget this count</source>
            <translation>نسيان هذا الجرد</translation>
        </message>
        <message>
            <source>Go on with</source>
            <translation>متابعة</translation>
        </message>
        <message>
            <source>It was not said which product has the code {code}. It was not counted.</source>
            <translation>لم يُحدَّد أي منتج له الرمز {code}. لم يُعدّ.</translation>
        </message>
        <message>
            <source>Name of the count, like Shelf 3</source>
            <translation>اسم الجرد، مثل: الرف 3</translation>
        </message>
        <message>
            <source>No count is under way.</source>
            <translation>لا جرد جارٍ.</translation>
        </message>
        <message>
            <source>No product has the code {code}. It was not counted.</source>
            <translation>لا منتج بالرمز {code}. لم يُجرد.</translation>
        </message>
        <message>
            <source>Pause</source>
            <translation>توقف</translation>
        </message>
        <message>
            <source>Quantity</source>
            <translation>الكمية</translation>
        </message>
        <message>
            <source>Scan what lies here.</source>
            <translation>امسح ما يوجد هنا.</translation>
        </message>
        <message>
            <source>Set</source>
            <translation>ضبط</translation>
        </message>
        <message>
            <source>Set the figures</source>
            <translation>ضبط الأرقام</translation>
        </message>
        <message>
            <source>Shelf</source>
            <translation>رف</translation>
        </message>
        <message>
            <source>Take out</source>
            <translation>إخراج</translation>
        </message>
        <message>
            <source>These codes were not counted: {code}.</source>
            <translation>لم تُعَدّ هذه الرموز: {code}.</translation>
        </message>
        <message>
            <source>What is sold until then is taken into account.</source>
            <translation>ما يباع حتى ذلك الحين يؤخذ في الحساب.</translation>
        </message>
        <message>
            <source>Whole shop</source>
            <translation>المتجر كله</translation>
        </message>
        <message>
            <source>expected {quantity}</source>
            <translation>المتوقع {quantity}</translation>
        </message>
    </context>
    <context>
        <name>DecidedModel</name>
        <message>
            <source>As</source>
            <translation>كيف</translation>
        </message>
        <message>
            <source>Decided by</source>
            <translation>قرره</translation>
        </message>
        <message>
            <source>What</source>
            <translation>ما هو</translation>
        </message>
        <message>
            <source>both together</source>
            <translation>كلاهما معًا</translation>
        </message>
        <message>
            <source>the server’s side</source>
            <translation>جانب الخادم</translation>
        </message>
        <message>
            <source>the till’s side</source>
            <translation>جانب الصندوق</translation>
        </message>
    </context>
    <context>
        <name>DiagnosticsView</name>
        <message numerus="yes">
            <source>%n entry(ies)</source>
            <translation>
                <numerusform>لا قيود</numerusform>
                <numerusform>قيد واحد</numerusform>
                <numerusform>قيدان</numerusform>
                <numerusform>%n قيود</numerusform>
                <numerusform>%n قيدًا</numerusform>
                <numerusform>%n قيد</numerusform>
            </translation>
        </message>
        <message>
            <source>Answer time, ms</source>
            <translation>زمن الرد، بالملي ثانية</translation>
        </message>
        <message>
            <source>Conflicts that came up</source>
            <translation>التعارضات التي ظهرت</translation>
        </message>
        <message>
            <source>Entries sent a minute</source>
            <translation>القيود المرسلة في الدقيقة</translation>
        </message>
        <message>
            <source>Live events</source>
            <translation>الأحداث المباشرة</translation>
        </message>
        <message>
            <source>Nothing went wrong in what is kept.</source>
            <translation>لا خلل فيما هو محفوظ.</translation>
        </message>
        <message>
            <source>Sent again, and failed deliveries</source>
            <translation>ما أُعيد إرساله وما فشل</translation>
        </message>
        <message>
            <source>Support bundle…</source>
            <translation>حزمة الدعم…</translation>
        </message>
        <message>
            <source>Troubles</source>
            <translation>المشكلات</translation>
        </message>
        <message>
            <source>What happens from now on is listed here.</source>
            <translation>ما يحدث من الآن يُسجل هنا.</translation>
        </message>
        <message>
            <source>no answer</source>
            <translation>لا رد</translation>
        </message>
        <message>
            <source>not taken</source>
            <translation>لم يُقبل</translation>
        </message>
    </context>
    <context>
        <name>DonePanel</name>
        <message>
            <source>Change to give</source>
            <translation>الباقي للزبون</translation>
        </message>
        <message>
            <source>Next customer</source>
            <translation>الزبون التالي</translation>
        </message>
        <message>
            <source>Paid</source>
            <translation>المدفوع</translation>
        </message>
        <message>
            <source>Receipt</source>
            <translation>الإيصال</translation>
        </message>
        <message>
            <source>Receipt…</source>
            <translation>الإيصال…</translation>
        </message>
        <message>
            <source>Saved on this till.</source>
            <translation>حُفظ على هذا الصندوق.</translation>
        </message>
        <message>
            <source>Scan the next item, or press any key.</source>
            <translation>امسح الصنف التالي، أو اضغط أي مفتاح.</translation>
        </message>
        <message>
            <source>To give back</source>
            <translation>للإرجاع</translation>
        </message>
        <message>
            <source>Total</source>
            <translation>المجموع</translation>
        </message>
        <message>
            <source>{title}: {receipt}. {change_words}: {change}</source>
            <translation>‏{title}: {receipt}. {change_words}: {change}</translation>
        </message>
    </context>
    <context>
        <name>EditDialog</name>
        <message>
            <source>Article number</source>
            <translation>رقم الصنف</translation>
        </message>
        <message>
            <source>Barcode</source>
            <translation>الباركود</translation>
        </message>
        <message>
            <source>Cancel</source>
            <translation>إلغاء</translation>
        </message>
        <message>
            <source>Counted</source>
            <translation>المجرود</translation>
        </message>
        <message>
            <source>Edit and send again</source>
            <translation>تعديل وإرسال من جديد</translation>
        </message>
        <message>
            <source>Name</source>
            <translation>الاسم</translation>
        </message>
        <message>
            <source>Note</source>
            <translation>ملاحظة</translation>
        </message>
        <message>
            <source>Price</source>
            <translation>السعر</translation>
        </message>
        <message>
            <source>Quantity (− takes away)</source>
            <translation>الكمية (− ينقص)</translation>
        </message>
        <message>
            <source>Reason</source>
            <translation>السبب</translation>
        </message>
        <message>
            <source>Send again</source>
            <translation>إرسال من جديد</translation>
        </message>
        <message>
            <source>Sold by</source>
            <translation>يباع بـ</translation>
        </message>
    </context>
    <context>
        <name>EndSecondFactorDialog</name>
        <message>
            <source>Do without the second factor</source>
            <translation>الاستغناء عن العامل الثاني</translation>
        </message>
        <message>
            <source>End it</source>
            <translation>إنهاؤه</translation>
        </message>
        <message>
            <source>From then on your password alone signs in at the server. It takes a code once more.</source>
            <translation>بعد ذلك تكفي كلمة مرورك وحدها لتسجيل الدخول في الخادم. ويلزم رمز مرة أخيرة.</translation>
        </message>
        <message>
            <source>The shop wants a second factor of this account: it can be replaced, and not be ended.</source>
            <translation>يطلب المتجر عاملًا ثانيًا لهذا الحساب: يمكن استبداله ولا يمكن إنهاؤه.</translation>
        </message>
        <message>
            <source>Your password alone signs in again.</source>
            <translation>عادت كلمة مرورك وحدها تكفي لتسجيل الدخول.</translation>
        </message>
    </context>
    <context>
        <name>EnrolPage</name>
        <message>
            <source>A demonstration shop is being set up on this computer…</source>
            <translation>يجري إعداد متجر تجريبي على هذا الحاسوب…</translation>
        </message>
        <message>
            <source>A manager does this once. From then on this till sells with or without a connection.</source>
            <translation>يفعل ذلك مدير مرة واحدة. ومنذ ذلك الحين يبيع هذا الصندوق مع اتصال أو بدونه.</translation>
        </message>
        <message>
            <source>A manager makes a code for this till, and you type it here within 15 minutes. A new server prints one for its first shop.</source>
            <translation>ينشئ مدير رمزًا لهذا الصندوق، وتكتبه هنا خلال 15 دقيقة. والخادم الجديد يطبع رمزًا لأول متجر فيه.</translation>
        </message>
        <message>
            <source>Asking the server…</source>
            <translation>جارٍ سؤال الخادم…</translation>
        </message>
        <message>
            <source>Back</source>
            <translation>رجوع</translation>
        </message>
        <message>
            <source>Code</source>
            <translation>الرمز</translation>
        </message>
        <message>
            <source>Code from the authenticator app</source>
            <translation>رمز من تطبيق المصادقة</translation>
        </message>
        <message>
            <source>Currency</source>
            <translation>العملة</translation>
        </message>
        <message>
            <source>Do without encryption: nobody else uses this network</source>
            <translation>بدون تشفير: لا أحد غيرنا يستخدم هذه الشبكة</translation>
        </message>
        <message>
            <source>Fetching products and stock</source>
            <translation>جارٍ جلب المنتجات والمخزون</translation>
        </message>
        <message>
            <source>Fetching products and stock: {done} of {total}.</source>
            <translation>جارٍ جلب المنتجات والمخزون: {done} من {total}.</translation>
        </message>
        <message>
            <source>Fetching products and stock…</source>
            <translation>جارٍ جلب المنتجات والمخزون…</translation>
        </message>
        <message>
            <source>Fill in “{field}” first.</source>
            <translation>املأ «{field}» أولًا.</translation>
        </message>
        <message>
            <source>Location</source>
            <translation>الموقع</translation>
        </message>
        <message>
            <source>Look the code up</source>
            <translation>البحث عن الرمز</translation>
        </message>
        <message>
            <source>Make the shop and set up this till</source>
            <translation>إنشاء المتجر وإعداد هذا الصندوق</translation>
        </message>
        <message>
            <source>Manager’s user name</source>
            <translation>اسم المستخدم للمدير</translation>
        </message>
        <message>
            <source>Name of the shop</source>
            <translation>اسم المتجر</translation>
        </message>
        <message>
            <source>Name of this till</source>
            <translation>اسم هذا الصندوق</translation>
        </message>
        <message>
            <source>Now the code that your authenticator app shows.</source>
            <translation>والآن الرمز الذي يعرضه تطبيق المصادقة.</translation>
        </message>
        <message>
            <source>PIN</source>
            <translation>الرقم السري</translation>
        </message>
        <message>
            <source>Password</source>
            <translation>كلمة المرور</translation>
        </message>
        <message>
            <source>Server</source>
            <translation>الخادم</translation>
        </message>
        <message>
            <source>Set up this till</source>
            <translation>إعداد هذا الصندوق</translation>
        </message>
        <message>
            <source>Shop</source>
            <translation>المتجر</translation>
        </message>
        <message>
            <source>Stop</source>
            <translation>إيقاف</translation>
        </message>
        <message>
            <source>Stopped. This till is not set up yet.</source>
            <translation>تم الإيقاف. لم يُعد هذا الصندوق بعد.</translation>
        </message>
        <message>
            <source>The PIN has {least} to {most} digits.</source>
            <translation>الرقم السري من {least} إلى {most} أرقام.</translation>
        </message>
        <message>
            <source>The password has at least {count} characters.</source>
            <translation>كلمة المرور من {count} أحرف على الأقل.</translation>
        </message>
        <message>
            <source>There is no such currency. It has three letters, like EUR.</source>
            <translation>لا توجد عملة كهذه. رمزها ثلاثة أحرف، مثل EUR.</translation>
        </message>
        <message>
            <source>There is no such time zone. Choose one of the list.</source>
            <translation>لا توجد منطقة زمنية كهذه. اختر واحدة من القائمة.</translation>
        </message>
        <message>
            <source>This code is for something that this release does not know.</source>
            <translation>هذا الرمز لشيء لا يعرفه هذا الإصدار.</translation>
        </message>
        <message>
            <source>This server has no shop yet. Make the first one; this till is its first till, and you are its admin.</source>
            <translation>لا يوجد متجر على هذا الخادم بعد. أنشئ الأول؛ هذا الصندوق أول صناديقه، وأنت مسؤول النظام فيه.</translation>
        </message>
        <message>
            <source>This till is ready.</source>
            <translation>هذا الصندوق جاهز.</translation>
        </message>
        <message>
            <source>This till is set up, but the connection is gone. Fetching goes on by itself once it is back; this window may be closed meanwhile.</source>
            <translation>أُعد هذا الصندوق، لكن الاتصال انقطع. يستمر الجلب من تلقاء نفسه حين يعود؛ ويمكن إغلاق هذه النافذة في الأثناء.</translation>
        </message>
        <message>
            <source>This till will belong to this shop. Is that right?</source>
            <translation>سيتبع هذا الصندوق هذا المتجر. هل هذا صحيح؟</translation>
        </message>
        <message>
            <source>Time zone</source>
            <translation>المنطقة الزمنية</translation>
        </message>
        <message>
            <source>Try it with a demonstration shop</source>
            <translation>التجربة بمتجر تجريبي</translation>
        </message>
        <message>
            <source>With a code</source>
            <translation>برمز</translation>
        </message>
        <message>
            <source>With a manager’s password</source>
            <translation>بكلمة مرور مدير</translation>
        </message>
        <message>
            <source>Yes, set up this till</source>
            <translation>نعم، إعداد هذا الصندوق</translation>
        </message>
        <message>
            <source>Your user name</source>
            <translation>اسم المستخدم الخاص بك</translation>
        </message>
        <message>
            <source>as the office calls it, like demo</source>
            <translation>كما يسميه المكتب، مثل demo</translation>
        </message>
        <message>
            <source>at least {count} characters</source>
            <translation>{count} أحرف على الأقل</translation>
        </message>
        <message>
            <source>like 8F3K-Q2ZN-7M4T</source>
            <translation>مثل: 8F3K-Q2ZN-7M4T</translation>
        </message>
        <message>
            <source>like Europe/Berlin</source>
            <translation>مثل: Europe/Berlin</translation>
        </message>
        <message>
            <source>like Till 2</source>
            <translation>مثل: صندوق 2</translation>
        </message>
        <message>
            <source>or a recovery code</source>
            <translation>أو رمز استرداد</translation>
        </message>
        <message>
            <source>the branch that this till is in, like High Street</source>
            <translation>أين يقف هذا الصندوق، مثل: الشارع الرئيسي</translation>
        </message>
        <message>
            <source>the branch that this till is in, like main</source>
            <translation>أين يقف هذا الصندوق، مثل main</translation>
        </message>
        <message>
            <source>three letters, like EUR</source>
            <translation>ثلاثة أحرف، مثل: EUR</translation>
        </message>
        <message>
            <source>you are the shop’s admin</source>
            <translation>أنت مسؤول النظام في المتجر</translation>
        </message>
        <message>
            <source>{least} to {most} digits, to sign in at the till</source>
            <translation>من {least} إلى {most} أرقام، للدخول إلى الصندوق</translation>
        </message>
        <message>
            <source>{till} of {shop} is signed out here, but its server could not be told, so its credential still holds there. Evertill tells it as soon as it runs here and reaches the server. If that may take long, or this computer is given away, a manager ends the till at the server; whoever runs the server enters: {command}</source>
            <translation>سُجّل خروج الصندوق {till} من {shop} هنا، لكن تعذّر إبلاغ خادمه، فما زالت بيانات اعتماده صالحة هناك. يبلّغه Evertill حالما يعمل هنا ويصل إلى الخادم. إن كان ذلك سيطول، أو انتقل هذا الحاسوب إلى غيركم، يلغي المدير الصندوق لدى الخادم؛ ومن يشغّل الخادم يُدخل: {command}</translation>
        </message>
    </context>
    <context>
        <name>EnrolWindow</name>
        <message>
            <source>Evertill: set up this till</source>
            <translation>Evertill: إعداد هذا الصندوق</translation>
        </message>
    </context>
    <context>
        <name>EnrolmentCodeDialog</name>
        <message>
            <source>A code makes one new till a till of this shop. Sign in as who may enrol tills, a manager or an administrator. This till keeps nothing of the sign-in.</source>
            <translation>يجعل الرمز صندوقًا جديدًا واحدًا من صناديق هذا المتجر. سجّل الدخول بصفتك من يحق له تسجيل الصناديق: مدير أو مسؤول النظام. لا يحتفظ هذا الصندوق بشيء من تسجيل الدخول.</translation>
        </message>
        <message>
            <source>At the new till, choose “With a code”, type the server’s address and a name for the till, and then type or scan this code. It works once.</source>
            <translation>في الصندوق الجديد اختر «برمز»، واكتب عنوان الخادم واسمًا للصندوق، ثم اكتب هذا الرمز أو امسحه. يصلح مرة واحدة.</translation>
        </message>
        <message>
            <source>Enrol another till</source>
            <translation>تسجيل صندوق آخر</translation>
        </message>
        <message>
            <source>For one new till at {place}, of {shop}.</source>
            <translation>لصندوق جديد واحد في {place}، من {shop}.</translation>
        </message>
        <message>
            <source>It holds for {minutes}:{seconds} more.</source>
            <translation>يصلح لمدة {minutes}:{seconds} بعد.</translation>
        </message>
        <message>
            <source>Make a new code</source>
            <translation>إنشاء رمز جديد</translation>
        </message>
        <message>
            <source>Make the code</source>
            <translation>إنشاء الرمز</translation>
        </message>
        <message>
            <source>Server</source>
            <translation>الخادم</translation>
        </message>
        <message>
            <source>So many codes of this shop are open that no more are made. Use one, or wait.</source>
            <translation>رموز هذا المتجر المفتوحة كثيرة فلا تُنشأ غيرها. استعمل واحدًا أو انتظر.</translation>
        </message>
        <message>
            <source>The code, for a scanner</source>
            <translation>الرمز، لجهاز المسح</translation>
        </message>
        <message>
            <source>This account may not enrol tills at {place}. A manager of that place may.</source>
            <translation>لا يحق لهذا الحساب تسجيل صناديق في {place}. يحق ذلك لمدير ذلك المكان.</translation>
        </message>
        <message>
            <source>This code is over. Make a new one.</source>
            <translation>انتهى هذا الرمز. أنشئ رمزًا جديدًا.</translation>
        </message>
        <message>
            <source>Where the new till stands</source>
            <translation>أين يقف الصندوق الجديد</translation>
        </message>
        <message>
            <source>no code</source>
            <translation>لا رمز</translation>
        </message>
    </context>
    <context>
        <name>EntryDialog</name>
        <message>
            <source>Attempts</source>
            <translation>المحاولات</translation>
        </message>
        <message>
            <source>Close</source>
            <translation>إغلاق</translation>
        </message>
        <message>
            <source>Ended by {person}: {reason}</source>
            <translation>أنهاه {person}: {reason}</translation>
        </message>
        <message>
            <source>It was not tried yet.</source>
            <translation>لم تجرِ محاولة بعد.</translation>
        </message>
        <message>
            <source>Waiting behind it: {entries}</source>
            <translation>ينتظر خلفه: {entries}</translation>
        </message>
        <message>
            <source>Waits for: {entries}</source>
            <translation>ينتظر: {entries}</translation>
        </message>
        <message>
            <source>What is sent</source>
            <translation>ما يُرسل</translation>
        </message>
        <message>
            <source>Will try again at {time}</source>
            <translation>ستُعاد المحاولة في {time}</translation>
        </message>
        <message>
            <source>later</source>
            <translation>لاحقًا</translation>
        </message>
        <message>
            <source>no answer</source>
            <translation>لا رد</translation>
        </message>
        <message>
            <source>no answer: the till ended meanwhile</source>
            <translation>لا رد: أُغلق الصندوق في الأثناء</translation>
        </message>
        <message>
            <source>refused</source>
            <translation>مرفوض</translation>
        </message>
        <message>
            <source>taken by the server</source>
            <translation>قبله الخادم</translation>
        </message>
        <message>
            <source>two sides disagree</source>
            <translation>الجانبان غير متفقين</translation>
        </message>
        <message>
            <source>waits for an earlier decision</source>
            <translation>ينتظر قرارًا سابقًا</translation>
        </message>
        <message>
            <source>with the manager</source>
            <translation>عند المدير</translation>
        </message>
    </context>
    <context>
        <name>FindPanel</name>
        <message>
            <source>Last sales on this till</source>
            <translation>آخر المبيعات على هذا الصندوق</translation>
        </message>
        <message>
            <source>Name, code or barcode</source>
            <translation>الاسم أو الرقم أو الباركود</translation>
        </message>
        <message>
            <source>No price yet</source>
            <translation>لا سعر بعد</translation>
        </message>
        <message>
            <source>Nothing found. Try three letters or more of the name, or part of the code.</source>
            <translation>لم يوجد شيء. جرّب ثلاثة أحرف أو أكثر من الاسم، أو جزءًا من الرمز.</translation>
        </message>
        <message>
            <source>Products found</source>
            <translation>المنتجات التي وُجدت</translation>
        </message>
        <message>
            <source>Sales made here will be listed here.</source>
            <translation>المبيعات التي تتم هنا ستُسرد هنا.</translation>
        </message>
        <message>
            <source>a manager should look at it</source>
            <translation>ينبغي أن يراجعها مدير</translation>
        </message>
    </context>
    <context>
        <name>HeldPanel</name>
        <message numerus="yes">
            <source>%n item(s)</source>
            <translation>
                <numerusform>لا أصناف</numerusform>
                <numerusform>صنف واحد</numerusform>
                <numerusform>صنفان</numerusform>
                <numerusform>%n أصناف</numerusform>
                <numerusform>%n صنفًا</numerusform>
                <numerusform>%n صنف</numerusform>
            </translation>
        </message>
        <message>
            <source>Back</source>
            <translation>رجوع</translation>
        </message>
        <message>
            <source>Held sales</source>
            <translation>مبيعات معلقة</translation>
        </message>
        <message>
            <source>No sale is held at this till.</source>
            <translation>لا بيع معلق على هذا الصندوق.</translation>
        </message>
    </context>
    <context>
        <name>MadeTwiceDialog</name>
        <message>
            <source>Articles that are there twice</source>
            <translation>أصناف مكررة</translation>
        </message>
        <message>
            <source>Choose a line first.</source>
            <translation>اختر سطرًا أولًا.</translation>
        </message>
        <message>
            <source>Close</source>
            <translation>إغلاق</translation>
        </message>
        <message>
            <source>Its own article number</source>
            <translation>رقم صنفه الخاص</translation>
        </message>
        <message>
            <source>Its own barcode</source>
            <translation>رمزه الشريطي الخاص</translation>
        </message>
        <message>
            <source>Joined: “{alias}” counts on “{product}” now</source>
            <translation>تم الدمج: «{alias}» يُحسب الآن على «{product}»</translation>
        </message>
        <message>
            <source>No two products have the same number.</source>
            <translation>لا يوجد منتجان بالرقم نفسه.</translation>
        </message>
        <message>
            <source>Nothing was joined yet.</source>
            <translation>لم يُدمج شيء بعد.</translation>
        </message>
        <message>
            <source>These count on another product. They can be made two articles again.</source>
            <translation>هذه تُحسب على منتج آخر. يمكن جعلها صنفين من جديد.</translation>
        </message>
        <message>
            <source>These products have the same number. Nothing is joined by itself.</source>
            <translation>لهذه المنتجات الرقم نفسه. لا يُدمج شيء من تلقاء نفسه.</translation>
        </message>
        <message>
            <source>They are one article</source>
            <translation>هما صنف واحد</translation>
        </message>
        <message>
            <source>They are two articles</source>
            <translation>هما صنفان</translation>
        </message>
        <message>
            <source>“{alias}” is an article of its own again</source>
            <translation>«{alias}» صنف مستقل من جديد</translation>
        </message>
        <message>
            <source>“{alias}” is “{product}”</source>
            <translation>«{alias}» هو «{product}»</translation>
        </message>
        <message>
            <source>“{first}” and “{second}” have the number {code}</source>
            <translation>لـ«{first}» و«{second}» الرقم {code}</translation>
        </message>
    </context>
    <context>
        <name>MainWindow</name>
        <message numerus="yes">
            <source>%n entry(ies) sent; nothing waits.</source>
            <translation>
                <numerusform>لم يُرسل شيء؛ لا شيء ينتظر.</numerusform>
                <numerusform>أُرسل قيد واحد؛ لا شيء ينتظر.</numerusform>
                <numerusform>أُرسل قيدان؛ لا شيء ينتظر.</numerusform>
                <numerusform>أُرسلت %n قيود؛ لا شيء ينتظر.</numerusform>
                <numerusform>أُرسل %n قيدًا؛ لا شيء ينتظر.</numerusform>
                <numerusform>أُرسل %n قيد؛ لا شيء ينتظر.</numerusform>
            </translation>
        </message>
        <message>
            <source>Evertill · {till}</source>
            <translation>Evertill · {till}</translation>
        </message>
        <message>
            <source>Fetching products and stock: {done} of {total}. You can sell meanwhile.</source>
            <translation>جارٍ جلب المنتجات والمخزون: {done} من {total}. يمكنك البيع في الأثناء.</translation>
        </message>
        <message>
            <source>Let another person sign in</source>
            <translation>ليدخل شخص آخر</translation>
        </message>
        <message>
            <source>Not encrypted</source>
            <translation>غير مشفّر</translation>
        </message>
        <message>
            <source>Something in this window went wrong. What is saved is safe. A report is in {path}.</source>
            <translation>حدث خلل في هذه النافذة. ما حُفظ آمن. التقرير في {path}.</translation>
        </message>
        <message>
            <source>Switch</source>
            <translation>تبديل</translation>
        </message>
        <message numerus="yes">
            <source>{page}, %n (needs|need) attention</source>
            <translation>
                <numerusform>{page}، لا شيء يحتاج انتباهًا</numerusform>
                <numerusform>{page}، واحد يحتاج انتباهًا</numerusform>
                <numerusform>{page}، اثنان يحتاجان انتباهًا</numerusform>
                <numerusform>{page}، %n تحتاج انتباهًا</numerusform>
                <numerusform>{page}، %n تحتاج انتباهًا</numerusform>
                <numerusform>{page}، %n تحتاج انتباهًا</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>MessageLine</name>
        <message>
            <source>Close this message</source>
            <translation>إغلاق هذه الرسالة</translation>
        </message>
    </context>
    <context>
        <name>MoreActions</name>
        <message>
            <source>Nothing was sold at this till yet.</source>
            <translation>لم يُبع شيء على هذا الصندوق بعد.</translation>
        </message>
        <message>
            <source>The drawer was opened without a sale. It is noted.</source>
            <translation>فُتح الدرج بلا بيع. سُجل ذلك.</translation>
        </message>
    </context>
    <context>
        <name>MorePanel</name>
        <message>
            <source>Back</source>
            <translation>رجوع</translation>
        </message>
        <message>
            <source>Change a note</source>
            <translation>تفكيك ورقة نقدية</translation>
        </message>
        <message>
            <source>Check the cash</source>
            <translation>فحص النقد</translation>
        </message>
        <message>
            <source>Choose a line of the cart first.</source>
            <translation>اختر سطرًا من السلة أولًا.</translation>
        </message>
        <message>
            <source>Empty the cart</source>
            <translation>إفراغ السلة</translation>
        </message>
        <message>
            <source>Last receipt again…</source>
            <translation>آخر إيصال من جديد…</translation>
        </message>
        <message>
            <source>Make it a quick key</source>
            <translation>جعله مفتاحًا سريعًا</translation>
        </message>
        <message>
            <source>More</source>
            <translation>المزيد</translation>
        </message>
        <message>
            <source>Open the drawer</source>
            <translation>فتح الدرج</translation>
        </message>
        <message>
            <source>Open the drawer without a sale…</source>
            <translation>فتح الدرج بلا بيع…</translation>
        </message>
        <message>
            <source>Put a roll of coins in</source>
            <translation>وضع لفافة نقود معدنية</translation>
        </message>
        <message>
            <source>Put its quick key first</source>
            <translation>وضع مفتاحه السريع أولًا</translation>
        </message>
        <message>
            <source>Reason</source>
            <translation>السبب</translation>
        </message>
        <message>
            <source>Take its quick key away</source>
            <translation>إزالة مفتاحه السريع</translation>
        </message>
        <message>
            <source>Why is the drawer opened?</source>
            <translation>لماذا يُفتح الدرج؟</translation>
        </message>
    </context>
    <context>
        <name>NoticesPage</name>
        <message>
            <source>Back</source>
            <translation>رجوع</translation>
        </message>
        <message>
            <source>I have read it</source>
            <translation>قرأته</translation>
        </message>
        <message>
            <source>Notices</source>
            <translation>الإشعارات</translation>
        </message>
        <message>
            <source>Read</source>
            <translation>مقروء</translation>
        </message>
        <message>
            <source>There are no notices.</source>
            <translation>لا توجد إشعارات.</translation>
        </message>
        <message>
            <source>This till</source>
            <translation>هذا الجهاز</translation>
        </message>
    </context>
    <context>
        <name>OwnSection</name>
        <message>
            <source>A browser or an app stays signed in for a time. End what should not be.</source>
            <translation>يبقى المتصفح أو التطبيق مسجَّل الدخول مدة. أنهِ ما لا ينبغي أن يكون.</translation>
        </message>
        <message>
            <source>A code from an app on your telephone, beside your password at the server.</source>
            <translation>رمز من تطبيق في هاتفك، إلى جانب كلمة مرورك في الخادم.</translation>
        </message>
        <message>
            <source>Change PIN</source>
            <translation>تغيير الرقم السري</translation>
        </message>
        <message>
            <source>Change password</source>
            <translation>تغيير كلمة المرور</translation>
        </message>
        <message>
            <source>Current PIN</source>
            <translation>الرقم السري الحالي</translation>
        </message>
        <message>
            <source>Current password</source>
            <translation>كلمة المرور الحالية</translation>
        </message>
        <message>
            <source>Do without it…</source>
            <translation>الاستغناء عنه…</translation>
        </message>
        <message>
            <source>Fill in “{field}” first.</source>
            <translation>املأ «{field}» أولًا.</translation>
        </message>
        <message>
            <source>New PIN</source>
            <translation>الرقم السري الجديد</translation>
        </message>
        <message>
            <source>New PIN again</source>
            <translation>الرقم السري الجديد مرة أخرى</translation>
        </message>
        <message>
            <source>New password</source>
            <translation>كلمة المرور الجديدة</translation>
        </message>
        <message>
            <source>New password again</source>
            <translation>كلمة المرور الجديدة مرة أخرى</translation>
        </message>
        <message>
            <source>Second factor</source>
            <translation>العامل الثاني</translation>
        </message>
        <message>
            <source>Set it up…</source>
            <translation>إعداده…</translation>
        </message>
        <message>
            <source>Show…</source>
            <translation>عرض…</translation>
        </message>
        <message>
            <source>The new one was not typed the same twice.</source>
            <translation>لم تُكتب القيمة الجديدة نفسها مرتين.</translation>
        </message>
        <message>
            <source>Where you are signed in</source>
            <translation>أين أنت مسجَّل الدخول</translation>
        </message>
        <message>
            <source>Your PIN and password</source>
            <translation>رقمك السري وكلمة مرورك</translation>
        </message>
        <message>
            <source>Your PIN, for every till of the shop.</source>
            <translation>رقمك السري، لكل صناديق المتجر.</translation>
        </message>
        <message>
            <source>Your password, with which you sign in at the server.</source>
            <translation>كلمة المرور التي تسجّل بها الدخول إلى الخادم.</translation>
        </message>
    </context>
    <context>
        <name>PeopleSection</name>
        <message>
            <source>A lost second factor</source>
            <translation>عامل ثانٍ مفقود</translation>
        </message>
        <message>
            <source>A new till is enrolled by a code, which holds for 15 minutes and works once. A manager makes it here and types or scans it there.</source>
            <translation>يُسجَّل الصندوق الجديد برمز يصلح 15 دقيقة ولمرة واحدة. ينشئه مدير هنا، ويكتبه أو يمسحه هناك.</translation>
        </message>
        <message>
            <source>Another till</source>
            <translation>صندوق آخر</translation>
        </message>
        <message>
            <source>Make a code…</source>
            <translation>إنشاء رمز…</translation>
        </message>
        <message>
            <source>Take it away…</source>
            <translation>إزالته…</translation>
        </message>
        <message>
            <source>Whoever lost their telephone and their recovery codes cannot sign in at the server any more. Who manages their account takes the second factor away.</source>
            <translation>من فقد هاتفه ورموز الاسترداد لا يستطيع تسجيل الدخول في الخادم. يزيل العاملَ الثاني من يدير حسابه.</translation>
        </message>
    </context>
    <context>
        <name>PinPad</name>
        <message>
            <source>Delete the last figure</source>
            <translation>حذف الرقم الأخير</translation>
        </message>
    </context>
    <context>
        <name>PrintQueue</name>
        <message>
            <source>It could not be saved: {why}</source>
            <translation>تعذر الحفظ: {why}</translation>
        </message>
        <message>
            <source>Printed.</source>
            <translation>طُبع.</translation>
        </message>
        <message>
            <source>Printing…</source>
            <translation>جارٍ الطباعة…</translation>
        </message>
        <message>
            <source>Save as PDF</source>
            <translation>حفظ بصيغة PDF</translation>
        </message>
        <message>
            <source>Saved as {path}</source>
            <translation>حُفظ باسم {path}</translation>
        </message>
    </context>
    <context>
        <name>ProductForm</name>
        <message>
            <source>Article number</source>
            <translation>رقم الصنف</translation>
        </message>
        <message>
            <source>Barcode</source>
            <translation>الباركود</translation>
        </message>
        <message>
            <source>Cancel</source>
            <translation>إلغاء</translation>
        </message>
        <message>
            <source>Change the product</source>
            <translation>تعديل المنتج</translation>
        </message>
        <message>
            <source>Name</source>
            <translation>الاسم</translation>
        </message>
        <message>
            <source>Named tax rate</source>
            <translation>نسبة ضريبة مسماة</translation>
        </message>
        <message>
            <source>Price</source>
            <translation>السعر</translation>
        </message>
        <message>
            <source>Save</source>
            <translation>حفظ</translation>
        </message>
        <message>
            <source>Sold by</source>
            <translation>يباع بـ</translation>
        </message>
        <message>
            <source>Tax rate</source>
            <translation>نسبة الضريبة</translation>
        </message>
        <message>
            <source>none: a figure of its own</source>
            <translation>بلا: قيمة خاصة به</translation>
        </message>
    </context>
    <context>
        <name>QueueModel</name>
        <message>
            <source>At the server</source>
            <translation>عند الخادم</translation>
        </message>
        <message>
            <source>Refused</source>
            <translation>مرفوض</translation>
        </message>
        <message>
            <source>Sending…</source>
            <translation>جارٍ الإرسال…</translation>
        </message>
        <message>
            <source>State</source>
            <translation>الحالة</translation>
        </message>
        <message>
            <source>To be looked at</source>
            <translation>بانتظار المراجعة</translation>
        </message>
        <message>
            <source>Waiting</source>
            <translation>ينتظر</translation>
        </message>
        <message>
            <source>Waits for an earlier decision</source>
            <translation>ينتظر قرارًا سابقًا</translation>
        </message>
        <message>
            <source>What</source>
            <translation>ما هو</translation>
        </message>
        <message>
            <source>When</source>
            <translation>متى</translation>
        </message>
        <message>
            <source>Will try again at {time} (in {seconds} s)</source>
            <translation>ستُعاد المحاولة في {time} (بعد {seconds} ث)</translation>
        </message>
        <message>
            <source>With the manager</source>
            <translation>عند المدير</translation>
        </message>
    </context>
    <context>
        <name>RefundPanel</name>
        <message>
            <source>All</source>
            <translation>الكل</translation>
        </message>
        <message>
            <source>All of it this way (with a manager)</source>
            <translation>المبلغ كله بهذه الطريقة (بموافقة مدير)</translation>
        </message>
        <message>
            <source>All of {item}</source>
            <translation>كل {item}</translation>
        </message>
        <message>
            <source>All of {receipt} went back already.</source>
            <translation>أُرجع كل ما في {receipt} من قبل.</translation>
        </message>
        <message>
            <source>Back</source>
            <translation>رجوع</translation>
        </message>
        <message>
            <source>Customer changed their mind</source>
            <translation>غيّر الزبون رأيه</translation>
        </message>
        <message>
            <source>Damaged or faulty</source>
            <translation>تالف أو معيب</translation>
        </message>
        <message>
            <source>Find the sale</source>
            <translation>البحث عن البيع</translation>
        </message>
        <message>
            <source>Give back</source>
            <translation>إعادة المبلغ</translation>
        </message>
        <message>
            <source>How much of {item}</source>
            <translation>كم من {item}</translation>
        </message>
        <message>
            <source>Is the receipt of another shop, or lost? Ring the goods up in the cart, and give their price back with a manager’s approval.</source>
            <translation>هل الإيصال من فرع آخر أو مفقود؟ سجّل الأصناف في السلة وأرجع ثمنها بموافقة مدير.</translation>
        </message>
        <message>
            <source>Reason</source>
            <translation>السبب</translation>
        </message>
        <message>
            <source>Receipt number</source>
            <translation>رقم الإيصال</translation>
        </message>
        <message>
            <source>Receipt number, or its last figures</source>
            <translation>رقم الإيصال، أو آخر أرقامه</translation>
        </message>
        <message>
            <source>Refund</source>
            <translation>إرجاع</translation>
        </message>
        <message>
            <source>Refund what is in the cart</source>
            <translation>إرجاع ما في السلة</translation>
        </message>
        <message>
            <source>Rung up by mistake</source>
            <translation>سُجل بالخطأ</translation>
        </message>
        <message>
            <source>Several receipts have this number. Which is it?</source>
            <translation>عدة إيصالات تحمل هذا الرقم. أيها هو؟</translation>
        </message>
        <message>
            <source>The receipt {receipt} is not on this till. The server is asked, if it can be reached.</source>
            <translation>الإيصال ‏{receipt} ليس على هذا الجهاز. يُسأل الخادم إن أمكن الاتصال به.</translation>
        </message>
        <message>
            <source>To give back</source>
            <translation>للإرجاع</translation>
        </message>
        <message>
            <source>Void the sale</source>
            <translation>إلغاء البيع</translation>
        </message>
        <message>
            <source>Wrong item</source>
            <translation>صنف خطأ</translation>
        </message>
        <message>
            <source>not as it was paid: a manager has to approve</source>
            <translation>ليس كما دُفع: يجب أن يوافق مدير</translation>
        </message>
        <message>
            <source>{count} can go back: {amount}</source>
            <translation>يمكن إرجاع {count}: ‏{amount}</translation>
        </message>
        <message>
            <source>{method}: {left} of {taken} can go back</source>
            <translation>{method}: يمكن إرجاع {left} من {taken}</translation>
        </message>
    </context>
    <context>
        <name>RefusalCard</name>
        <message>
            <source>A completed sale is never discarded: the goods have left the shop.</source>
            <translation>البيع المكتمل لا يُتجاهل أبدًا: خرجت البضاعة من المتجر.</translation>
        </message>
        <message>
            <source>Back</source>
            <translation>رجوع</translation>
        </message>
        <message>
            <source>Discard it</source>
            <translation>تجاهله</translation>
        </message>
        <message>
            <source>Discard…</source>
            <translation>تجاهل…</translation>
        </message>
        <message>
            <source>Edit and send again…</source>
            <translation>تعديل وإرسال من جديد…</translation>
        </message>
        <message>
            <source>Entered by mistake</source>
            <translation>سُجل بالخطأ</translation>
        </message>
        <message>
            <source>Entered twice</source>
            <translation>سُجل مرتين</translation>
        </message>
        <message>
            <source>I have looked at it</source>
            <translation>راجعتها</translation>
        </message>
        <message>
            <source>It is finished and counted. Somebody should look into it.</source>
            <translation>اكتملت واحتُسبت. ينبغي أن يراجعها أحد.</translation>
        </message>
        <message>
            <source>No longer wanted</source>
            <translation>لم يعد مطلوبًا</translation>
        </message>
        <message>
            <source>Nothing is lost: it stays on this till until somebody decides.</source>
            <translation>لا يضيع شيء: يبقى على هذا الصندوق حتى يقرر أحد.</translation>
        </message>
        <message>
            <source>Reason</source>
            <translation>السبب</translation>
        </message>
        <message>
            <source>The server refused it.</source>
            <translation>رفضه الخادم.</translation>
        </message>
        <message>
            <source>There is nothing in it that could be changed.</source>
            <translation>لا شيء فيه يمكن تغييره.</translation>
        </message>
        <message>
            <source>Try again</source>
            <translation>المحاولة من جديد</translation>
        </message>
        <message>
            <source>Try all again</source>
            <translation>محاولة الكل من جديد</translation>
        </message>
    </context>
    <context>
        <name>ResetSecondFactorDialog</name>
        <message>
            <source>People</source>
            <translation>الأشخاص</translation>
        </message>
        <message>
            <source>Show the people</source>
            <translation>عرض الأشخاص</translation>
        </message>
        <message>
            <source>Take a second factor away</source>
            <translation>إزالة عامل ثانٍ</translation>
        </message>
        <message>
            <source>Take it away</source>
            <translation>إزالته</translation>
        </message>
        <message>
            <source>Take it away from {name}</source>
            <translation>إزالته من {name}</translation>
        </message>
        <message>
            <source>There is nobody else.</source>
            <translation>لا يوجد أحد آخر.</translation>
        </message>
        <message>
            <source>This account may not change that of {name}. Nothing was changed.</source>
            <translation>لا يحق لهذا الحساب تغيير حساب {name}. لم يتغير شيء.</translation>
        </message>
        <message>
            <source>Whoever lost their telephone and their recovery codes cannot sign in. An administrator, or a manager for the clerks of their places, signs in and takes the second factor away.</source>
            <translation>من فقد هاتفه ورموز الاسترداد لا يستطيع تسجيل الدخول. يسجّل الدخولَ مسؤول النظام، أو مدير لموظفي أماكنه، ويزيل العامل الثاني.</translation>
        </message>
        <message>
            <source>Whose second factor? Make sure that it is really this person who asks.</source>
            <translation>لمن العامل الثاني؟ تأكد من أن هذا الشخص هو فعلًا من يطلب.</translation>
        </message>
        <message>
            <source>{name} signs in with the password alone, until they set up a second factor again.</source>
            <translation>يسجّل {name} الدخول بكلمة المرور وحدها، إلى أن يُعدّ عاملًا ثانيًا من جديد.</translation>
        </message>
    </context>
    <context>
        <name>Scans</name>
        <message>
            <source>It was not said which product has the code {codes}. It was not added.</source>
            <translation>لم يُحدَّد أي منتج له الرمز {codes}. لم يُضَف.</translation>
        </message>
        <message>
            <source>No product has the code {codes}. It was not added.</source>
            <translation>لا منتج بالرمز {codes}. لم يُضف.</translation>
        </message>
        <message>
            <source>No product has these codes: {codes}. They were not added.</source>
            <translation>لا منتجات بهذه الرموز: {codes}. لم تُضف.</translation>
        </message>
        <message>
            <source>These codes were not added: {codes}.</source>
            <translation>لم تُضَف هذه الرموز: {codes}.</translation>
        </message>
    </context>
    <context>
        <name>SecondFactorDialog</name>
        <message>
            <source>Copied. Paste them where only you can read them.</source>
            <translation>تم النسخ. ألصقها حيث لا يقرؤها غيرك.</translation>
        </message>
        <message>
            <source>Copy</source>
            <translation>نسخ</translation>
        </message>
        <message>
            <source>Done</source>
            <translation>تم</translation>
        </message>
        <message>
            <source>Each of them signs in once, in place of the app’s code.</source>
            <translation>كل منها يسجّل الدخول مرة واحدة بدلًا من رمز التطبيق.</translation>
        </message>
        <message>
            <source>Go on</source>
            <translation>متابعة</translation>
        </message>
        <message>
            <source>I have kept these codes</source>
            <translation>حفظتُ هذه الرموز</translation>
        </message>
        <message>
            <source>It is in force. You are signed out everywhere else.</source>
            <translation>صار ساريًا. انتهى تسجيل دخولك في كل مكان آخر.</translation>
        </message>
        <message>
            <source>It was begun anew elsewhere. Begin once more.</source>
            <translation>بدأ ذلك من جديد في مكان آخر. ابدأ مرة أخرى.</translation>
        </message>
        <message>
            <source>Print…</source>
            <translation>طباعة…</translation>
        </message>
        <message>
            <source>Put it in force</source>
            <translation>تفعيله</translation>
        </message>
        <message>
            <source>Recovery codes</source>
            <translation>رموز الاسترداد</translation>
        </message>
        <message>
            <source>Scan this with an authenticator app, or type the secret into the app.</source>
            <translation>امسح هذا بتطبيق مصادقة، أو اكتب السر في التطبيق.</translation>
        </message>
        <message>
            <source>Second factor</source>
            <translation>العامل الثاني</translation>
        </message>
        <message>
            <source>The code that the app shows now</source>
            <translation>الرمز الذي يعرضه التطبيق الآن</translation>
        </message>
        <message>
            <source>The secret, for an authenticator app</source>
            <translation>السر، لتطبيق مصادقة</translation>
        </message>
        <message>
            <source>These codes are shown only now. Print, copy or write them down, and tick the box.</source>
            <translation>تُعرض هذه الرموز الآن فقط. اطبعها أو انسخها أو اكتبها، ثم علّم المربع.</translation>
        </message>
        <message>
            <source>This is not the code that the app shows now. Look whether the telephone’s clock is right, and type the next one.</source>
            <translation>ليس هذا الرمز الذي يعرضه التطبيق الآن. تحقق من ساعة الهاتف، واكتب الرمز التالي.</translation>
        </message>
        <message>
            <source>Type the code that the app shows now.</source>
            <translation>اكتب الرمز الذي يعرضه التطبيق الآن.</translation>
        </message>
        <message>
            <source>With a second factor, signing in at the server takes your password and a code that an app on your telephone shows. Your PIN at the tills stays as it is. Where you have one already, a new one takes its place.</source>
            <translation>مع العامل الثاني يتطلب تسجيل الدخول في الخادم كلمة مرورك ورمزًا يعرضه تطبيق في هاتفك. ويبقى رقمك السري في الصناديق كما هو. وإن كان لديك عامل ثانٍ فالجديد يحل محله.</translation>
        </message>
        <message>
            <source>Without your telephone, each of these codes signs in once in place of the app’s. They are shown only now: keep them where only you can read them.</source>
            <translation>دون هاتفك يسجّل كل من هذه الرموز الدخول مرة واحدة بدلًا من رمز التطبيق. تُعرض الآن فقط: احفظها حيث لا يقرؤها غيرك.</translation>
        </message>
    </context>
    <context>
        <name>SellPage</name>
        <message>
            <source>Held. {key} takes it back.</source>
            <translation>عُلّق. {key} يعيده.</translation>
        </message>
        <message>
            <source>The sale is here again. It is paid: take no money, press Pay to complete it.</source>
            <translation>عاد البيع. تم دفعه: لا تأخذ مالًا، واضغط «الدفع» لإتمامه.</translation>
        </message>
        <message>
            <source>The sale that was being rung up is here again.</source>
            <translation>عاد البيع الذي كان قيد التسجيل.</translation>
        </message>
    </context>
    <context>
        <name>SettingsPage</name>
        <message numerus="yes">
            <source>%n entry(ies) are not at the server yet: this till cannot be signed out.</source>
            <translation>
                <numerusform>كل القيود عند الخادم.</numerusform>
                <numerusform>قيد واحد ليس عند الخادم بعد: لا يمكن تسجيل خروج هذا الصندوق.</numerusform>
                <numerusform>قيدان ليسا عند الخادم بعد: لا يمكن تسجيل خروج هذا الصندوق.</numerusform>
                <numerusform>%n قيود ليست عند الخادم بعد: لا يمكن تسجيل خروج هذا الصندوق.</numerusform>
                <numerusform>%n قيدًا ليست عند الخادم بعد: لا يمكن تسجيل خروج هذا الصندوق.</numerusform>
                <numerusform>%n قيد ليست عند الخادم بعد: لا يمكن تسجيل خروج هذا الصندوق.</numerusform>
            </translation>
        </message>
        <message>
            <source>58 mm, 32 letters</source>
            <translation>58 مم، 32 حرفًا</translation>
        </message>
        <message>
            <source>80 mm, 42 letters</source>
            <translation>80 مم، 42 حرفًا</translation>
        </message>
        <message>
            <source>80 mm, 48 letters</source>
            <translation>80 مم، 48 حرفًا</translation>
        </message>
        <message>
            <source>A PIN has 4 to 8 figures.</source>
            <translation>يتكوّن الرقم السري من 4 إلى 8 أرقام.</translation>
        </message>
        <message>
            <source>A password has at least 10 letters.</source>
            <translation>تتكوّن كلمة المرور من 10 أحرف على الأقل.</translation>
        </message>
        <message>
            <source>As on this computer</source>
            <translation>كما في هذا الحاسوب</translation>
        </message>
        <message>
            <source>Ask for a PIN after minutes without a key (0: never)</source>
            <translation>طلب الرقم السري بعد دقائق بلا مفتاح (0: أبدًا)</translation>
        </message>
        <message>
            <source>Asking the server…</source>
            <translation>جارٍ سؤال الخادم…</translation>
        </message>
        <message>
            <source>Clock confirmed</source>
            <translation>تم تأكيد الساعة</translation>
        </message>
        <message>
            <source>Colours</source>
            <translation>الألوان</translation>
        </message>
        <message>
            <source>Dark</source>
            <translation>داكن</translation>
        </message>
        <message>
            <source>Difference in the drawer</source>
            <translation>فرق في الدرج</translation>
        </message>
        <message>
            <source>Entry discarded</source>
            <translation>قيد تم تجاهله</translation>
        </message>
        <message>
            <source>High contrast</source>
            <translation>تباين عالٍ</translation>
        </message>
        <message>
            <source>Its address</source>
            <translation>عنوانها</translation>
        </message>
        <message>
            <source>Language</source>
            <translation>اللغة</translation>
        </message>
        <message>
            <source>Light</source>
            <translation>فاتح</translation>
        </message>
        <message>
            <source>Log</source>
            <translation>السجل</translation>
        </message>
        <message>
            <source>Look and language</source>
            <translation>المظهر واللغة</translation>
        </message>
        <message>
            <source>Nothing was changed.</source>
            <translation>لم يتغير شيء.</translation>
        </message>
        <message>
            <source>Only an administrator may change this. Nothing was changed.</source>
            <translation>لا يجوز إلا لمسؤول النظام تغيير هذا. لم يتغير شيء.</translation>
        </message>
        <message>
            <source>Paper</source>
            <translation>الورق</translation>
        </message>
        <message>
            <source>People and tills</source>
            <translation>الأشخاص والصناديق</translation>
        </message>
        <message>
            <source>Print each receipt without being asked</source>
            <translation>طباعة كل إيصال دون سؤال</translation>
        </message>
        <message>
            <source>Printer</source>
            <translation>الطابعة</translation>
        </message>
        <message>
            <source>Printer test</source>
            <translation>تجربة الطابعة</translation>
        </message>
        <message>
            <source>Product changed</source>
            <translation>منتج تغير</translation>
        </message>
        <message>
            <source>Ready to sell without a connection?</source>
            <translation>جاهز للبيع بلا اتصال؟</translation>
        </message>
        <message>
            <source>Receipt printer (ESC/POS)</source>
            <translation>طابعة الإيصالات (ESC/POS)</translation>
        </message>
        <message>
            <source>Receipts {series} · {currency} · {server}</source>
            <translation>الإيصالات {series} · {currency} · {server}</translation>
        </message>
        <message>
            <source>Save</source>
            <translation>حفظ</translation>
        </message>
        <message>
            <source>Saved for all tills of the shop.</source>
            <translation>حُفظ لكل صناديق المتجر.</translation>
        </message>
        <message>
            <source>Saved for all tills of {place}.</source>
            <translation>حُفظ لكل صناديق {place}.</translation>
        </message>
        <message>
            <source>Saved on this till.</source>
            <translation>حُفظ على هذا الصندوق.</translation>
        </message>
        <message>
            <source>Settings changed</source>
            <translation>تغيرت الإعدادات</translation>
        </message>
        <message>
            <source>Several wrong PINs</source>
            <translation>أرقام سرية خاطئة متكررة</translation>
        </message>
        <message>
            <source>Sign this till out…</source>
            <translation>تسجيل خروج هذا الصندوق…</translation>
        </message>
        <message>
            <source>Signing out ends this till’s place in the shop, and its credential at the server. Without a connection the server is told later, or a manager ends the till there. Its history is kept in a folder, and it asks to be set up again.</source>
            <translation>تسجيل الخروج ينهي مكان هذا الصندوق في المتجر وبيانات اعتماده لدى الخادم. من دون اتصال يُبلَّغ الخادم لاحقًا، أو يلغي المدير الصندوق هناك. يبقى سجله في مجلد، ويطلب الإعداد من جديد.</translation>
        </message>
        <message>
            <source>Sounds at a scan, a miss and a refusal</source>
            <translation>أصوات عند المسح وعند عدم العثور وعند الرفض</translation>
        </message>
        <message>
            <source>Test print</source>
            <translation>طباعة تجريبية</translation>
        </message>
        <message>
            <source>The current PIN is not right. Nothing was changed.</source>
            <translation>الرقم السري الحالي غير صحيح. لم يتغيّر شيء.</translation>
        </message>
        <message>
            <source>The current password is not right. Nothing was changed.</source>
            <translation>كلمة المرور الحالية غير صحيحة. لم يتغيّر شيء.</translation>
        </message>
        <message>
            <source>The server did not take this. Nothing was changed.</source>
            <translation>لم يقبل الخادم هذا. لم يتغير شيء.</translation>
        </message>
        <message>
            <source>The shop</source>
            <translation>المتجر</translation>
        </message>
        <message>
            <source>This PIN is too easy to guess: no rows, repeats, years or dates.</source>
            <translation>هذا الرقم السري سهل التخمين: لا تستعمل تسلسلاً أو تكراراً أو سنة أو تاريخاً.</translation>
        </message>
        <message>
            <source>This is a test of the printer.</source>
            <translation>هذه تجربة للطابعة.</translation>
        </message>
        <message>
            <source>This needs a connection to the server.</source>
            <translation>هذا يحتاج إلى اتصال بالخادم.</translation>
        </message>
        <message>
            <source>This needs the server, which does not answer. Nothing was changed.</source>
            <translation>هذا يحتاج إلى الخادم، وهو لا يجيب. لم يتغيّر شيء.</translation>
        </message>
        <message>
            <source>This password is too easy to guess. Take a few words that do not belong together.</source>
            <translation>كلمة المرور هذه سهلة التخمين. اختر بضع كلمات لا صلة بينها.</translation>
        </message>
        <message>
            <source>This till</source>
            <translation>هذا الصندوق</translation>
        </message>
        <message>
            <source>Too many tries. Wait a minute; nothing was changed.</source>
            <translation>محاولات كثيرة. انتظر دقيقة؛ لم يتغير شيء.</translation>
        </message>
        <message>
            <source>What needs approval or asks for a reason is noted here.</source>
            <translation>ما يحتاج موافقة أو يطلب سببًا يُسجل هنا.</translation>
        </message>
        <message>
            <source>You</source>
            <translation>أنت</translation>
        </message>
        <message>
            <source>Your PIN is changed. Every till takes the new one once it has heard of it.</source>
            <translation>تغيّر رقمك السري. يقبل كل صندوق الرقم الجديد حالما يصله.</translation>
        </message>
        <message>
            <source>Your password is changed. You are signed out everywhere else.</source>
            <translation>تغيّرت كلمة المرور. تم تسجيل خروجك من كل مكان آخر.</translation>
        </message>
        <message>
            <source>a file or device</source>
            <translation>ملف أو جهاز</translation>
        </message>
        <message>
            <source>by USB</source>
            <translation>عبر USB</translation>
        </message>
        <message>
            <source>in the network</source>
            <translation>في الشبكة</translation>
        </message>
        <message>
            <source>look at this</source>
            <translation>انظر في هذا</translation>
        </message>
        <message>
            <source>none</source>
            <translation>بلا</translation>
        </message>
        <message>
            <source>ready</source>
            <translation>جاهز</translation>
        </message>
        <message>
            <source>{person}, approved by {manager}</source>
            <translation>‏{person}، بموافقة {manager}</translation>
        </message>
    </context>
    <context>
        <name>ShiftPage</name>
        <message numerus="yes">
            <source>%n conflict(s) still to be decided: {titles}.</source>
            <translation>
                <numerusform>لا تعارض ينتظر القرار.</numerusform>
                <numerusform>تعارض واحد ينتظر القرار: {titles}.</numerusform>
                <numerusform>تعارضان ينتظران القرار: {titles}.</numerusform>
                <numerusform>%n تعارضات تنتظر القرار: {titles}.</numerusform>
                <numerusform>%n تعارضًا تنتظر القرار: {titles}.</numerusform>
                <numerusform>%n تعارض تنتظر القرار: {titles}.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n entry(ies) not sent yet.</source>
            <translation>
                <numerusform>كل القيود أُرسلت.</numerusform>
                <numerusform>قيد واحد لم يُرسل بعد.</numerusform>
                <numerusform>قيدان لم يُرسلا بعد.</numerusform>
                <numerusform>%n قيود لم تُرسل بعد.</numerusform>
                <numerusform>%n قيدًا لم تُرسل بعد.</numerusform>
                <numerusform>%n قيد لم تُرسل بعد.</numerusform>
            </translation>
        </message>
        <message>
            <source>A note is missing</source>
            <translation>ورقة نقدية ناقصة</translation>
        </message>
        <message>
            <source>Amount</source>
            <translation>المبلغ</translation>
        </message>
        <message>
            <source>Back</source>
            <translation>رجوع</translation>
        </message>
        <message>
            <source>Cash counted in the drawer</source>
            <translation>النقد المعدود في الدرج</translation>
        </message>
        <message>
            <source>Cash expected in the drawer</source>
            <translation>النقد المتوقع في الدرج</translation>
        </message>
        <message>
            <source>Cash up</source>
            <translation>عدّ الصندوق</translation>
        </message>
        <message>
            <source>Change from the bank</source>
            <translation>فكة من البنك</translation>
        </message>
        <message>
            <source>Close the shift</source>
            <translation>إغلاق الوردية</translation>
        </message>
        <message>
            <source>Close the shift…</source>
            <translation>إغلاق الوردية…</translation>
        </message>
        <message>
            <source>Closed shifts will be listed here.</source>
            <translation>الورديات المغلقة ستُسرد هنا.</translation>
        </message>
        <message>
            <source>Count what lies in the drawer. Selling does not wait for it: what is sold before is taken into the shift.</source>
            <translation>عدّ ما في الدرج. البيع لا ينتظر ذلك: ما بيع قبله يدخل في الوردية.</translation>
        </message>
        <message>
            <source>Earlier shifts</source>
            <translation>ورديات سابقة</translation>
        </message>
        <message>
            <source>Float</source>
            <translation>رصيد البداية</translation>
        </message>
        <message>
            <source>Float in the drawer</source>
            <translation>رصيد البداية في الدرج</translation>
        </message>
        <message numerus="yes">
            <source>Needs attention: %n refused entry(ies).</source>
            <translation>
                <numerusform>لا شيء يحتاج انتباهًا.</numerusform>
                <numerusform>يحتاج انتباهًا: قيد مرفوض واحد.</numerusform>
                <numerusform>يحتاج انتباهًا: قيدان مرفوضان.</numerusform>
                <numerusform>يحتاج انتباهًا: %n قيود مرفوضة.</numerusform>
                <numerusform>يحتاج انتباهًا: %n قيدًا مرفوضًا.</numerusform>
                <numerusform>يحتاج انتباهًا: %n قيد مرفوض.</numerusform>
            </translation>
        </message>
        <message>
            <source>Not known</source>
            <translation>غير معروف</translation>
        </message>
        <message>
            <source>Open the shift</source>
            <translation>فتح الوردية</translation>
        </message>
        <message>
            <source>Opened {time} by {person}</source>
            <translation>فتحها {person} في {time}</translation>
        </message>
        <message>
            <source>Paid in…</source>
            <translation>إيداع…</translation>
        </message>
        <message>
            <source>Paid out…</source>
            <translation>سحب…</translation>
        </message>
        <message>
            <source>Pay in</source>
            <translation>إيداع</translation>
        </message>
        <message>
            <source>Pay money in</source>
            <translation>إيداع نقود</translation>
        </message>
        <message>
            <source>Pay money out</source>
            <translation>سحب نقود</translation>
        </message>
        <message>
            <source>Pay out</source>
            <translation>سحب</translation>
        </message>
        <message>
            <source>Reason</source>
            <translation>السبب</translation>
        </message>
        <message>
            <source>Reason of the difference</source>
            <translation>سبب الفرق</translation>
        </message>
        <message>
            <source>Small purchase</source>
            <translation>مشتريات صغيرة</translation>
        </message>
        <message>
            <source>That is what should be there.</source>
            <translation>هذا ما يجب أن يكون.</translation>
        </message>
        <message>
            <source>The shift is closed.</source>
            <translation>أُغلقت الوردية.</translation>
        </message>
        <message>
            <source>The shift is open. Good selling!</source>
            <translation>الوردية مفتوحة. بيعًا موفقًا!</translation>
        </message>
        <message>
            <source>The shift so far</source>
            <translation>الوردية حتى الآن</translation>
        </message>
        <message>
            <source>To the bank</source>
            <translation>إلى البنك</translation>
        </message>
        <message>
            <source>Turnover</source>
            <translation>المبيعات</translation>
        </message>
        <message>
            <source>Wrong change given</source>
            <translation>أُعطي باقٍ خطأ</translation>
        </message>
        <message>
            <source>X report…</source>
            <translation>تقرير X…</translation>
        </message>
        <message>
            <source>You can close the shift; the report will say “not yet confirmed”.</source>
            <translation>يمكنك إغلاق الوردية؛ سيقول التقرير «لم يتأكد بعد».</translation>
        </message>
        <message>
            <source>no difference</source>
            <translation>لا فرق</translation>
        </message>
        <message>
            <source>of it: {method}</source>
            <translation>منها: {method}</translation>
        </message>
        <message>
            <source>{amount} is missing.</source>
            <translation>ينقص {amount}.</translation>
        </message>
        <message>
            <source>{amount} paid in.</source>
            <translation>أُودع {amount}.</translation>
        </message>
        <message>
            <source>{amount} paid out.</source>
            <translation>سُحب {amount}.</translation>
        </message>
        <message>
            <source>{amount} too much.</source>
            <translation>يزيد {amount}.</translation>
        </message>
    </context>
    <context>
        <name>ShopSection</name>
        <message>
            <source>A place follows the shop, except in settings of its own.</source>
            <translation>يتبع الموقع إعدادات المتجر، إلا فيما ضُبط له وحده.</translation>
        </message>
        <message>
            <source>Administrator’s user name</source>
            <translation>اسم مستخدم مسؤول النظام</translation>
        </message>
        <message>
            <source>Back</source>
            <translation>رجوع</translation>
        </message>
        <message>
            <source>Change</source>
            <translation>تغيير</translation>
        </message>
        <message>
            <source>Choose a payment method: a sale has to be paid somehow.</source>
            <translation>اختر طريقة دفع: يجب أن يُدفع البيع بطريقة ما.</translation>
        </message>
        <message>
            <source>For</source>
            <translation>لـ</translation>
        </message>
        <message>
            <source>Named tax rates, one a line</source>
            <translation>نسب الضريبة المسماة، واحدة في كل سطر</translation>
        </message>
        <message>
            <source>Save for the shop</source>
            <translation>حفظ للمتجر</translation>
        </message>
        <message>
            <source>The connection is not encrypted: others in the network can read the password.</source>
            <translation>الاتصال غير مشفّر: يمكن لغيرك في الشبكة قراءة كلمة المرور.</translation>
        </message>
        <message>
            <source>The shop’s settings</source>
            <translation>إعدادات المتجر</translation>
        </message>
        <message>
            <source>This lets more pass unchecked. An administrator signs in for it, with a connection; this till keeps nothing of the sign-in.</source>
            <translation>هذا يسمح بمرور المزيد دون تدقيق. يسجّل مسؤول النظام دخوله لأجله مع وجود اتصال؛ ولا يحتفظ هذا الصندوق بشيء من ذلك الدخول.</translation>
        </message>
        <message>
            <source>the whole shop</source>
            <translation>المتجر كله</translation>
        </message>
        <message>
            <source>{place} only</source>
            <translation>{place} فقط</translation>
        </message>
    </context>
    <context>
        <name>ShortcutsPage</name>
        <message>
            <source>Back</source>
            <translation>رجوع</translation>
        </message>
        <message>
            <source>Discount, or another price</source>
            <translation>خصم، أو سعر آخر</translation>
        </message>
        <message>
            <source>Everywhere</source>
            <translation>في كل مكان</translation>
        </message>
        <message>
            <source>From the search to what was found</source>
            <translation>من البحث إلى ما وُجد</translation>
        </message>
        <message>
            <source>Hold the sale</source>
            <translation>تعليق البيع</translation>
        </message>
        <message>
            <source>In the cart: one more, one less</source>
            <translation>في السلة: زيادة واحد، إنقاص واحد</translation>
        </message>
        <message>
            <source>Keys</source>
            <translation>المفاتيح</translation>
        </message>
        <message>
            <source>More: last receipt again, drawer, quick keys</source>
            <translation>المزيد: آخر إيصال من جديد، الدرج، المفاتيح السريعة</translation>
        </message>
        <message>
            <source>Pay; while paying: cash, card, other</source>
            <translation>الدفع؛ وأثناء الدفع: نقد، بطاقة، غير ذلك</translation>
        </message>
        <message>
            <source>Puts the product in the cart; on the Stock page, finds it</source>
            <translation>يضع المنتج في السلة؛ وفي صفحة المخزون يجده</translation>
        </message>
        <message>
            <source>Recall a held sale</source>
            <translation>استرجاع بيع معلق</translation>
        </message>
        <message>
            <source>Refund</source>
            <translation>إرجاع</translation>
        </message>
        <message>
            <source>Remove the line from the cart</source>
            <translation>إزالة السطر من السلة</translation>
        </message>
        <message>
            <source>Scanner</source>
            <translation>الماسح</translation>
        </message>
        <message>
            <source>Search</source>
            <translation>بحث</translation>
        </message>
        <message>
            <source>Switch to another person</source>
            <translation>التبديل إلى شخص آخر</translation>
        </message>
        <message>
            <source>Take what was found; in the cart: type a quantity</source>
            <translation>أخذ ما وُجد؛ وفي السلة: كتابة كمية</translation>
        </message>
        <message>
            <source>This page</source>
            <translation>هذه الصفحة</translation>
        </message>
        <message>
            <source>While selling</source>
            <translation>أثناء البيع</translation>
        </message>
    </context>
    <context>
        <name>SignInFields</name>
        <message>
            <source>Code from the authenticator app</source>
            <translation>رمز من تطبيق المصادقة</translation>
        </message>
        <message>
            <source>Fill in “{field}” first.</source>
            <translation>املأ «{field}» أولًا.</translation>
        </message>
        <message>
            <source>Password</source>
            <translation>كلمة المرور</translation>
        </message>
    </context>
    <context>
        <name>SignInPage</name>
        <message>
            <source>Nobody may sign in here yet. A manager gives people this location on the server.</source>
            <translation>لا يمكن لأحد الدخول هنا بعد. يمنح مدير الأشخاص هذا الموقع على الخادم.</translation>
        </message>
        <message>
            <source>PIN</source>
            <translation>الرقم السري</translation>
        </message>
        <message>
            <source>Sign in</source>
            <translation>دخول</translation>
        </message>
        <message>
            <source>The shop’s people, products and stock are still to be fetched from the server.</source>
            <translation>لم يُجلب بعد من الخادم أشخاص المتجر ومنتجاته ومخزونه.</translation>
        </message>
        <message>
            <source>Type your PIN first.</source>
            <translation>اكتب رقمك السري أولًا.</translation>
        </message>
        <message>
            <source>Who is at the till?</source>
            <translation>من على الصندوق؟</translation>
        </message>
    </context>
    <context>
        <name>SignInsDialog</name>
        <message numerus="yes">
            <source>%n sign-in(s) ended.</source>
            <translation>
                <numerusform>لم تُنهَ أي جلسة.</numerusform>
                <numerusform>أُنهيت جلسة واحدة.</numerusform>
                <numerusform>أُنهيت جلستان.</numerusform>
                <numerusform>أُنهيت %n جلسات.</numerusform>
                <numerusform>أُنهيت %n جلسة.</numerusform>
                <numerusform>أُنهيت %n جلسة.</numerusform>
            </translation>
        </message>
        <message>
            <source>End all others</source>
            <translation>إنهاء كل الأخرى</translation>
        </message>
        <message>
            <source>End this one</source>
            <translation>إنهاء هذه</translation>
        </message>
        <message>
            <source>Last used {when}, from {where}; ends {end}</source>
            <translation>آخر استعمال {when} من {where}؛ تنتهي {end}</translation>
        </message>
        <message>
            <source>Show</source>
            <translation>عرض</translation>
        </message>
        <message>
            <source>Since {when}, from {where}</source>
            <translation>منذ {when}، من {where}</translation>
        </message>
        <message>
            <source>This one</source>
            <translation>هذه</translation>
        </message>
        <message>
            <source>This one ends when you close this window.</source>
            <translation>تنتهي هذه حين تغلق هذه النافذة.</translation>
        </message>
        <message>
            <source>Where you are signed in</source>
            <translation>أين أنت مسجَّل الدخول</translation>
        </message>
        <message>
            <source>Wherever you signed in with your password, at a browser or in an app, you stay signed in for a time. Sign in once more to see where, and to end what should not be.</source>
            <translation>حيثما سجّلت الدخول بكلمة مرورك، في متصفح أو تطبيق، تبقى مسجَّل الدخول مدة. سجّل الدخول مرة أخرى لترى أين، ولتنهي ما لا ينبغي أن يكون.</translation>
        </message>
        <message>
            <source>somewhere</source>
            <translation>مكان غير معروف</translation>
        </message>
    </context>
    <context>
        <name>SlipDialog</name>
        <message>
            <source>Close</source>
            <translation>إغلاق</translation>
        </message>
        <message>
            <source>Print</source>
            <translation>طباعة</translation>
        </message>
        <message>
            <source>Save as PDF</source>
            <translation>حفظ بصيغة PDF</translation>
        </message>
    </context>
    <context>
        <name>StatusStrip</name>
        <message numerus="yes">
            <source>%n (needs|need) attention</source>
            <translation>
                <numerusform>لا شيء يحتاج انتباهًا</numerusform>
                <numerusform>واحد يحتاج انتباهًا</numerusform>
                <numerusform>اثنان يحتاجان انتباهًا</numerusform>
                <numerusform>%n تحتاج انتباهًا</numerusform>
                <numerusform>%n تحتاج انتباهًا</numerusform>
                <numerusform>%n تحتاج انتباهًا</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n entry(ies)</source>
            <translation>
                <numerusform>لا قيود</numerusform>
                <numerusform>قيد واحد</numerusform>
                <numerusform>قيدان</numerusform>
                <numerusform>%n قيود</numerusform>
                <numerusform>%n قيدًا</numerusform>
                <numerusform>%n قيد</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n sale(s)</source>
            <translation>
                <numerusform>لا مبيعات</numerusform>
                <numerusform>عملية بيع واحدة</numerusform>
                <numerusform>عمليتا بيع</numerusform>
                <numerusform>%n عمليات بيع</numerusform>
                <numerusform>%n عملية بيع</numerusform>
                <numerusform>%n عملية بيع</numerusform>
            </translation>
        </message>
        <message>
            <source>All sent</source>
            <translation>أُرسل الكل</translation>
        </message>
        <message>
            <source>Connected again.</source>
            <translation>عاد الاتصال.</translation>
        </message>
        <message>
            <source>Connected again. {what} sent.</source>
            <translation>عاد الاتصال. أُرسل: {what}.</translation>
        </message>
        <message>
            <source>Connecting</source>
            <translation>جارٍ الاتصال</translation>
        </message>
        <message>
            <source>Fetching what is new</source>
            <translation>جارٍ جلب الجديد</translation>
        </message>
        <message>
            <source>No connection. Keep selling: everything is saved on this till and will be sent by itself. Stock of other shops is as of {time}.</source>
            <translation>لا اتصال. واصل البيع: كل شيء يُحفظ على هذا الصندوق وسيُرسل وحده. مخزون المتاجر الأخرى كما كان في {time}.</translation>
        </message>
        <message>
            <source>Offline</source>
            <translation>بلا اتصال</translation>
        </message>
        <message>
            <source>Offline since {time}</source>
            <translation>بلا اتصال منذ {time}</translation>
        </message>
        <message>
            <source>Online</source>
            <translation>متصل</translation>
        </message>
        <message>
            <source>Open the Sync centre</source>
            <translation>فتح المزامنة</translation>
        </message>
        <message>
            <source>Sending {position} of {total}</source>
            <translation>جارٍ الإرسال {position} من {total}</translation>
        </message>
        <message>
            <source>Sign in again</source>
            <translation>ادخل من جديد</translation>
        </message>
        <message numerus="yes">
            <source>Sign in again to send %n</source>
            <translation>
                <numerusform>ادخل من جديد</numerusform>
                <numerusform>ادخل من جديد لإرسال قيد واحد</numerusform>
                <numerusform>ادخل من جديد لإرسال قيدين</numerusform>
                <numerusform>ادخل من جديد لإرسال %n</numerusform>
                <numerusform>ادخل من جديد لإرسال %n</numerusform>
                <numerusform>ادخل من جديد لإرسال %n</numerusform>
            </translation>
        </message>
        <message>
            <source>This till must be enrolled again</source>
            <translation>يجب تسجيل هذا الصندوق من جديد</translation>
        </message>
        <message>
            <source>{what} saved here</source>
            <translation>‏{what} محفوظة هنا</translation>
        </message>
        <message>
            <source>{what} saved on this till</source>
            <translation>‏{what} محفوظة على هذا الصندوق</translation>
        </message>
    </context>
    <context>
        <name>StockDetails</name>
        <message numerus="yes">
            <source>%n change(s) not sent yet</source>
            <translation>
                <numerusform>لا تغيير ينتظر الإرسال</numerusform>
                <numerusform>تغيير واحد لم يُرسل بعد</numerusform>
                <numerusform>تغييران لم يُرسلا بعد</numerusform>
                <numerusform>%n تغييرات لم تُرسل بعد</numerusform>
                <numerusform>%n تغييرًا لم تُرسل بعد</numerusform>
                <numerusform>%n تغيير لم تُرسل بعد</numerusform>
            </translation>
        </message>
        <message>
            <source>Adjusted. Saved on this till.</source>
            <translation>تمت التسوية. حُفظت على هذا الصندوق.</translation>
        </message>
        <message>
            <source>Change product…</source>
            <translation>تعديل المنتج…</translation>
        </message>
        <message>
            <source>Changed. Saved on this till.</source>
            <translation>تم التعديل. حُفظ على هذا الصندوق.</translation>
        </message>
        <message>
            <source>Choose a product to see why its figure is what it is.</source>
            <translation>اختر منتجًا لترى لماذا رقمه كما هو.</translation>
        </message>
        <message>
            <source>Count it now</source>
            <translation>اجرده الآن</translation>
        </message>
        <message>
            <source>Counted. Saved on this till.</source>
            <translation>تم الجرد. حُفظ على هذا الصندوق.</translation>
        </message>
        <message>
            <source>Count…</source>
            <translation>جرد…</translation>
        </message>
        <message>
            <source>Decide…</source>
            <translation>القرار…</translation>
        </message>
        <message>
            <source>Movements</source>
            <translation>الحركات</translation>
        </message>
        <message>
            <source>No price yet</source>
            <translation>لا سعر بعد</translation>
        </message>
        <message>
            <source>Nothing has moved here yet.</source>
            <translation>لم يتحرك شيء هنا بعد.</translation>
        </message>
        <message>
            <source>Receive or adjust…</source>
            <translation>استلام أو تسوية…</translation>
        </message>
        <message>
            <source>Send away…</source>
            <translation>إرسال إلى متجر…</translation>
        </message>
        <message>
            <source>Sent to {place}. Saved on this till.</source>
            <translation>أُرسل إلى {place}. حُفظ على هذا الصندوق.</translation>
        </message>
        <message>
            <source>Sold more than counted</source>
            <translation>بيع أكثر من المجرود</translation>
        </message>
        <message>
            <source>Two counts or changes disagree. Somebody has to decide.</source>
            <translation>جردان أو تعديلان غير متفقين. يجب أن يقرر أحد.</translation>
        </message>
        <message>
            <source>not confirmed yet</source>
            <translation>لم يتأكد بعد</translation>
        </message>
        <message>
            <source>on hand here</source>
            <translation>الرصيد هنا</translation>
        </message>
        <message>
            <source>{place}: not asked yet</source>
            <translation>‏{place}: لم يُسأل بعد</translation>
        </message>
        <message>
            <source>{place}: {quantity}, as of {time}</source>
            <translation>‏{place}: {quantity}، في {time}</translation>
        </message>
    </context>
    <context>
        <name>StockForm</name>
        <message>
            <source>Cancel</source>
            <translation>إلغاء</translation>
        </message>
        <message>
            <source>Note</source>
            <translation>ملاحظة</translation>
        </message>
        <message>
            <source>Note, if it helps</source>
            <translation>ملاحظة، إن أفادت</translation>
        </message>
    </context>
    <context>
        <name>StockList</name>
        <message>
            <source>Stock</source>
            <translation>المخزون</translation>
        </message>
    </context>
    <context>
        <name>StockModel</name>
        <message numerus="yes">
            <source>%n not sent</source>
            <translation>
                <numerusform>كله أُرسل</numerusform>
                <numerusform>%n لم يُرسل</numerusform>
                <numerusform>%n لم يُرسلا</numerusform>
                <numerusform>%n لم تُرسل</numerusform>
                <numerusform>%n لم تُرسل</numerusform>
                <numerusform>%n لم تُرسل</numerusform>
            </translation>
        </message>
        <message>
            <source>Nothing found. Try three letters or more of the name, or part of the code.</source>
            <translation>لم يوجد شيء. جرّب ثلاثة أحرف أو أكثر من الاسم، أو جزءًا من الرمز.</translation>
        </message>
        <message>
            <source>Nothing is low.</source>
            <translation>لا شيء قليل.</translation>
        </message>
        <message>
            <source>Nothing was sold more than counted.</source>
            <translation>لم يُبع شيء أكثر من المجرود.</translation>
        </message>
        <message>
            <source>sold more than counted</source>
            <translation>بيع أكثر من المجرود</translation>
        </message>
        <message>
            <source>to be decided</source>
            <translation>ينتظر القرار</translation>
        </message>
    </context>
    <context>
        <name>StockPage</name>
        <message numerus="yes">
            <source>%n product(s) at this till</source>
            <translation>
                <numerusform>لا منتجات على هذا الصندوق</numerusform>
                <numerusform>منتج واحد على هذا الصندوق</numerusform>
                <numerusform>منتجان على هذا الصندوق</numerusform>
                <numerusform>%n منتجات على هذا الصندوق</numerusform>
                <numerusform>%n منتجًا على هذا الصندوق</numerusform>
                <numerusform>%n منتج على هذا الصندوق</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n product(s) listed</source>
            <translation>
                <numerusform>لا منتجات في القائمة</numerusform>
                <numerusform>منتج واحد في القائمة</numerusform>
                <numerusform>منتجان في القائمة</numerusform>
                <numerusform>%n منتجات في القائمة</numerusform>
                <numerusform>%n منتجًا في القائمة</numerusform>
                <numerusform>%n منتج في القائمة</numerusform>
            </translation>
        </message>
        <message>
            <source>All</source>
            <translation>الكل</translation>
        </message>
        <message>
            <source>Below zero</source>
            <translation>تحت الصفر</translation>
        </message>
        <message>
            <source>Count by scanning…</source>
            <translation>الجرد بالمسح…</translation>
        </message>
        <message>
            <source>Low</source>
            <translation>قليل</translation>
        </message>
        <message>
            <source>Made twice…</source>
            <translation>مكررة…</translation>
        </message>
        <message>
            <source>Name, code or barcode</source>
            <translation>الاسم أو الرقم أو الباركود</translation>
        </message>
        <message>
            <source>No product has the code {code}.</source>
            <translation>لا منتج بالرمز {code}.</translation>
        </message>
    </context>
    <context>
        <name>SyncCentre</name>
        <message>
            <source>Changed and sent again. The refused one stays in the history.</source>
            <translation>عُدّل وأُرسل من جديد. المرفوض يبقى في السجل.</translation>
        </message>
        <message>
            <source>Conflicts</source>
            <translation>التعارضات</translation>
        </message>
        <message>
            <source>Details…</source>
            <translation>تفاصيل…</translation>
        </message>
        <message>
            <source>Diagnostics</source>
            <translation>التشخيص</translation>
        </message>
        <message>
            <source>Discarded: {what}. It is kept for 90 days, and exported to {path}.</source>
            <translation>تم التجاهل: {what}. يُحفظ 90 يومًا، وصُدّر إلى {path}.</translation>
        </message>
        <message>
            <source>Export</source>
            <translation>تصدير</translation>
        </message>
        <message>
            <source>Exported to {path}, with its checksum beside it.</source>
            <translation>صُدّر إلى {path}، ومعه مجموعه التدقيقي.</translation>
        </message>
        <message>
            <source>Export…</source>
            <translation>تصدير…</translation>
        </message>
        <message>
            <source>It could not be saved: {why}</source>
            <translation>تعذر الحفظ: {why}</translation>
        </message>
        <message>
            <source>Last complete sync: {time}</source>
            <translation>آخر مزامنة كاملة: {time}</translation>
        </message>
        <message>
            <source>Looking at everything…</source>
            <translation>جارٍ فحص كل شيء…</translation>
        </message>
        <message>
            <source>Needs attention</source>
            <translation>يحتاج انتباهًا</translation>
        </message>
        <message>
            <source>Not completely synced yet</source>
            <translation>لم تكتمل المزامنة بعد</translation>
        </message>
        <message>
            <source>Nothing is waiting: the server has everything.</source>
            <translation>لا شيء ينتظر: كل شيء عند الخادم.</translation>
        </message>
        <message>
            <source>Nothing needs attention.</source>
            <translation>لا شيء يحتاج انتباهًا.</translation>
        </message>
        <message>
            <source>Oldest unsent: {time}</source>
            <translation>أقدم ما لم يُرسل: {time}</translation>
        </message>
        <message>
            <source>Sent</source>
            <translation>المرسل</translation>
        </message>
        <message>
            <source>Support bundle</source>
            <translation>حزمة الدعم</translation>
        </message>
        <message>
            <source>The clock is right</source>
            <translation>الساعة صحيحة</translation>
        </message>
        <message>
            <source>The oldest {shown} of {count}.</source>
            <translation>أقدم {shown} من {count}.</translation>
        </message>
        <message>
            <source>The support bundle is in {path}. It holds no names, prices or customers.</source>
            <translation>حزمة الدعم في {path}. لا تحوي أسماء ولا أسعارًا ولا زبائن.</translation>
        </message>
        <message>
            <source>This till’s clock is {minutes} min fast.</source>
            <translation>ساعة هذا الصندوق متقدمة {minutes} د.</translation>
        </message>
        <message>
            <source>This till’s clock is {minutes} min slow.</source>
            <translation>ساعة هذا الصندوق متأخرة {minutes} د.</translation>
        </message>
        <message>
            <source>Try now</source>
            <translation>حاول الآن</translation>
        </message>
        <message>
            <source>Trying now.</source>
            <translation>جارٍ المحاولة الآن.</translation>
        </message>
        <message>
            <source>Waiting</source>
            <translation>ينتظر</translation>
        </message>
        <message>
            <source>What was sent is listed here for 90 days.</source>
            <translation>ما أُرسل يُسرد هنا 90 يومًا.</translation>
        </message>
        <message>
            <source>{what} is off the list. It stays in the log.</source>
            <translation>أزيل {what} من القائمة، ويبقى في السجل.</translation>
        </message>
    </context>
    <context>
        <name>TenderPanel</name>
        <message>
            <source>Amount</source>
            <translation>المبلغ</translation>
        </message>
        <message>
            <source>Back</source>
            <translation>رجوع</translation>
        </message>
        <message>
            <source>Cash given</source>
            <translation>النقد المستلم</translation>
        </message>
        <message>
            <source>Change</source>
            <translation>الباقي</translation>
        </message>
        <message>
            <source>Give cash</source>
            <translation>إعطاء النقد</translation>
        </message>
        <message>
            <source>In cash {amount} (rounded by {difference})</source>
            <translation>نقدًا {amount} (تقريب {difference})</translation>
        </message>
        <message>
            <source>Reference</source>
            <translation>المرجع</translation>
        </message>
        <message>
            <source>Still missing</source>
            <translation>لا يزال ناقصًا</translation>
        </message>
        <message>
            <source>Take part in cash</source>
            <translation>أخذ جزء نقدًا</translation>
        </message>
        <message>
            <source>Take this payment back</source>
            <translation>سحب هذه الدفعة</translation>
        </message>
        <message>
            <source>To give back</source>
            <translation>للإرجاع</translation>
        </message>
        <message>
            <source>To pay</source>
            <translation>المطلوب</translation>
        </message>
        <message>
            <source>from the terminal’s slip</source>
            <translation>من قسيمة الجهاز</translation>
        </message>
    </context>
    <context>
        <name>TransferForm</name>
        <message>
            <source>On hand after this: {quantity}</source>
            <translation>الرصيد بعد ذلك: {quantity}</translation>
        </message>
        <message>
            <source>Quantity</source>
            <translation>الكمية</translation>
        </message>
        <message>
            <source>Send</source>
            <translation>إرسال</translation>
        </message>
        <message>
            <source>Send to another shop</source>
            <translation>إرسال إلى متجر آخر</translation>
        </message>
        <message>
            <source>This shop has no other place.</source>
            <translation>ليس لهذا المتجر موقع آخر.</translation>
        </message>
        <message>
            <source>To</source>
            <translation>إلى</translation>
        </message>
        <message>
            <source>Type how much is sent.</source>
            <translation>اكتب كم يُرسل.</translation>
        </message>
    </context>
    <context>
        <name>UnreadLine</name>
        <message numerus="yes">
            <source>%n notice(s)</source>
            <translation>
                <numerusform>لا إشعارات</numerusform>
                <numerusform>إشعار واحد</numerusform>
                <numerusform>إشعاران</numerusform>
                <numerusform>%n إشعارات</numerusform>
                <numerusform>%n إشعارًا</numerusform>
                <numerusform>%n إشعار</numerusform>
            </translation>
        </message>
        <message>
            <source>All notices</source>
            <translation>كل الإشعارات</translation>
        </message>
    </context>
    <context>
        <name>WhichProduct</name>
        <message>
            <source>None of them</source>
            <translation>لا شيء منها</translation>
        </message>
        <message>
            <source>Products with this code</source>
            <translation>المنتجات التي لها هذا الرمز</translation>
        </message>
    </context>
    <context>
        <name>account</name>
        <message>
            <source>Now the code that your authenticator app shows, or one of your recovery codes.</source>
            <translation>والآن الرمز الذي يعرضه تطبيق المصادقة، أو أحد رموز الاسترداد.</translation>
        </message>
        <message>
            <source>The server did not take this. Nothing was changed.</source>
            <translation>لم يقبل الخادم ذلك. لم يتغير شيء.</translation>
        </message>
        <message>
            <source>The shop wants a second factor of this account, which has to be set up first: in the settings, under “You”.</source>
            <translation>يطلب المتجر عاملًا ثانيًا لهذا الحساب، ويجب إعداده أولًا: في الإعدادات، تحت «أنت».</translation>
        </message>
        <message>
            <source>This account may not do this. Nothing was changed.</source>
            <translation>لا يحق لهذا الحساب فعل ذلك. لم يتغير شيء.</translation>
        </message>
        <message>
            <source>This needs the server, which does not answer. Try it again with a connection.</source>
            <translation>يحتاج هذا إلى الخادم، وهو لا يجيب. حاول مرة أخرى مع اتصال.</translation>
        </message>
        <message>
            <source>This server is too old for this: whoever runs it has to update it first.</source>
            <translation>هذا الخادم أقدم من أن يفعل ذلك: على من يديره تحديثه أولًا.</translation>
        </message>
        <message>
            <source>This till and its server are of different ages: one of them has to be updated first.</source>
            <translation>هذا الصندوق وخادمه من إصدارين مختلفين: يجب تحديث أحدهما أولًا.</translation>
        </message>
        <message>
            <source>User name or password is not right.</source>
            <translation>اسم المستخدم أو كلمة المرور غير صحيح.</translation>
        </message>
        <message>
            <source>User name, password or code is not right. Each code works once: wait for the next one.</source>
            <translation>اسم المستخدم أو كلمة المرور أو الرمز غير صحيح. كل رمز يصلح مرة واحدة: انتظر التالي.</translation>
        </message>
    </context>
    <context>
        <name>agent</name>
        <message>
            <source>It is too large for the server. Nothing is lost: it is kept on this till, and can be exported.</source>
            <translation>إنه أكبر من أن يقبله الخادم. لا يضيع شيء: يبقى على هذا الصندوق ويمكن تصديره.</translation>
        </message>
        <message>
            <source>Sending has a fault ({what}); it was started again.</source>
            <translation>في الإرسال خلل ({what})؛ أُعيد تشغيله.</translation>
        </message>
        <message>
            <source>Something needs to be looked at ({code}).</source>
            <translation>هناك ما يحتاج إلى مراجعة ({code}).</translation>
        </message>
        <message numerus="yes">
            <source>The server failed on it %n time(s), while others passed.</source>
            <translation>
                <numerusform>أخفق الخادم معه، ومر غيره.</numerusform>
                <numerusform>أخفق الخادم معه مرة، ومر غيره.</numerusform>
                <numerusform>أخفق الخادم معه مرتين، ومر غيره.</numerusform>
                <numerusform>أخفق الخادم معه %n مرات، ومر غيره.</numerusform>
                <numerusform>أخفق الخادم معه %n مرة، ومر غيره.</numerusform>
                <numerusform>أخفق الخادم معه %n مرة، ومر غيره.</numerusform>
            </translation>
        </message>
        <message>
            <source>The server refused an operation.</source>
            <translation>رفض الخادم عملية.</translation>
        </message>
        <message numerus="yes">
            <source>The server was restored from a backup and had lost %n entry(ies) of this till. All were sent again; nothing is missing.</source>
            <translation>
                <numerusform>أُعيد الخادم من نسخة احتياطية. لا ينقص شيء.</numerusform>
                <numerusform>أُعيد الخادم من نسخة احتياطية وكان قد فقد قيدًا واحدًا من هذا الصندوق. أُرسل من جديد؛ لا ينقص شيء.</numerusform>
                <numerusform>أُعيد الخادم من نسخة احتياطية وكان قد فقد قيدين من هذا الصندوق. أُرسلا من جديد؛ لا ينقص شيء.</numerusform>
                <numerusform>أُعيد الخادم من نسخة احتياطية وكان قد فقد %n قيود من هذا الصندوق. أُرسلت من جديد؛ لا ينقص شيء.</numerusform>
                <numerusform>أُعيد الخادم من نسخة احتياطية وكان قد فقد %n قيدًا من هذا الصندوق. أُرسلت من جديد؛ لا ينقص شيء.</numerusform>
                <numerusform>أُعيد الخادم من نسخة احتياطية وكان قد فقد %n قيد من هذا الصندوق. أُرسلت من جديد؛ لا ينقص شيء.</numerusform>
            </translation>
        </message>
        <message>
            <source>The server was restored from a backup, and these settings of the shop are as they were then: {settings}. Look whether they are right.</source>
            <translation>استُعيد الخادم من نسخة احتياطية، وعادت إعدادات المتجر هذه كما كانت حينها: {settings}. تحقّق من صحتها.</translation>
        </message>
        <message>
            <source>This system has no keyring, so the key to this till's credentials lies in a file that only its owner may read. Whoever can read this folder can be this till.</source>
            <translation>ليس في هذا النظام حافظة مفاتيح، لذا فمفتاح بيانات هذا الصندوق في ملف لا يقرؤه إلا مالكه. من يستطيع قراءة هذا المجلد يستطيع أن ينتحل هذا الصندوق.</translation>
        </message>
        <message>
            <source>This till's copy of the shop differs from the server's.</source>
            <translation>نسخة المتجر على هذا الصندوق تختلف عن نسخة الخادم.</translation>
        </message>
        <message>
            <source>This till's copy of the shop was not right; it is fetched anew.</source>
            <translation>نسخة المتجر على هذا الصندوق لم تكن صحيحة؛ تُجلب من جديد.</translation>
        </message>
    </context>
    <context>
        <name>clock</name>
        <message>
            <source>This computer’s clock has jumped by more than a week. Nothing old is deleted until it agrees with the server for a day, or a manager says that it is right, nor in the 24 hours after that.</source>
            <translation>قفزت ساعة هذا الجهاز أكثر من أسبوع. لا يُحذف شيء قديم حتى تتفق مع الخادم يوماً كاملاً أو يقول مدير إنها صحيحة، ولا في الأربع والعشرين ساعة التالية.</translation>
        </message>
    </context>
    <context>
        <name>conflicts</name>
        <message>
            <source>Server</source>
            <translation>الخادم</translation>
        </message>
        <message>
            <source>The other till</source>
            <translation>الصندوق الآخر</translation>
        </message>
        <message>
            <source>This till</source>
            <translation>هذا الصندوق</translation>
        </message>
    </context>
    <context>
        <name>counts</name>
        <message>
            <source>Count</source>
            <translation>جرد</translation>
        </message>
    </context>
    <context>
        <name>endings</name>
        <message>
            <source>A completed sale cannot be discarded: the goods have left the shop. Try it again, or export it.</source>
            <translation>البيع المكتمل لا يمكن تجاهله: خرجت البضاعة من المتجر. حاول من جديد، أو صدّره.</translation>
        </message>
        <message>
            <source>A completed sale is never changed. Refund it instead.</source>
            <translation>البيع المكتمل لا يُغير أبدًا. أرجعه بدلًا من ذلك.</translation>
        </message>
        <message>
            <source>A completed sale is never taken back. Refund it instead.</source>
            <translation>البيع المكتمل لا يُسحب أبدًا. أرجعه بدلًا من ذلك.</translation>
        </message>
        <message>
            <source>A deletion is tried again or discarded: there is nothing in it to change.</source>
            <translation>الحذف تُعاد محاولته أو يُتجاهل: لا شيء فيه يُغير.</translation>
        </message>
        <message>
            <source>Entries of this kind are tried again or discarded, not changed.</source>
            <translation>القيود من هذا النوع تُعاد محاولتها أو تُتجاهل، ولا تُغير.</translation>
        </message>
        <message>
            <source>This entry is not on this till.</source>
            <translation>هذا القيد ليس على هذا الصندوق.</translation>
        </message>
        <message>
            <source>This entry needs nobody's attention: it was sent meanwhile, or it still waits.</source>
            <translation>هذا القيد لا يحتاج انتباه أحد: أُرسل في الأثناء، أو لا يزال ينتظر.</translation>
        </message>
    </context>
    <context>
        <name>enrolment</name>
        <message>
            <source>An address has no user name and no password in it: leave out what stands before the @.</source>
            <translation>لا يحتوي العنوان على اسم مستخدم أو كلمة مرور: احذف ما قبل @.</translation>
        </message>
        <message>
            <source>The connection to {server} is not encrypted: others in the network can read passwords and sales. Ask whoever runs the server for its https:// address, and enrol this till again with it.</source>
            <translation>الاتصال مع {server} غير مشفّر: يمكن لغيرك في الشبكة قراءة كلمات المرور والمبيعات. اطلب من القائم على الخادم عنوانه الذي يبدأ بـ https://، وسجّل هذا الصندوق به من جديد.</translation>
        </message>
        <message>
            <source>The password or the PIN is too easy to guess. Take a few words that do not belong together, and a PIN without rows, repeats, years or dates.</source>
            <translation>كلمة المرور أو الرقم السري سهل التخمين. اختر بضع كلمات لا صلة بينها، ورقمًا سريًا بلا تسلسل ولا تكرار ولا سنوات ولا تواريخ.</translation>
        </message>
        <message>
            <source>This code is not right, or it was used already, or it is over. Ask for a new one.</source>
            <translation>هذا الرمز غير صحيح، أو استُخدم من قبل، أو انتهت مدته. اطلب رمزًا جديدًا.</translation>
        </message>
        <message>
            <source>Type the server’s address first.</source>
            <translation>اكتب عنوان الخادم أولًا.</translation>
        </message>
        <message>
            <source>“{given}” is not an address of a server. It looks like https://tills.example.com.</source>
            <translation>«{given}» ليس عنوان خادم. شكله مثل https://tills.example.com.</translation>
        </message>
        <message>
            <source>“{given}” is not an address of a server: it begins with https://.</source>
            <translation>«{given}» ليس عنوان خادم: يبدأ العنوان بـ https://.</translation>
        </message>
        <message>
            <source>“{given}” is not encrypted: everybody in the network could read the password, and whatever this till sends. Use an address with https://, or tick the box below to do without encryption.</source>
            <translation>«{given}» غير مشفّر: يمكن لكل من في الشبكة قراءة كلمة المرور وكل ما يرسله هذا الصندوق. استخدم عنوانًا يبدأ بـ https://، أو ضع علامة في المربع أدناه للاستغناء عن التشفير.</translation>
        </message>
        <message>
            <source>“{given}” says too much: only the server is named, as in https://tills.example.com.</source>
            <translation>في «{given}» أكثر مما يلزم: يُذكر الخادم وحده، مثل https://tills.example.com.</translation>
        </message>
    </context>
    <context>
        <name>errors</name>
        <message numerus="yes">
            <source>%n product(s) have the code {code}. Which is it?</source>
            <translation>
                <numerusform>لا منتج له الرمز {code}. أيها المقصود؟</numerusform>
                <numerusform>منتج واحد له الرمز {code}. أيها المقصود؟</numerusform>
                <numerusform>منتجان لهما الرمز {code}. أيهما المقصود؟</numerusform>
                <numerusform>%n منتجات لها الرمز {code}. أيها المقصود؟</numerusform>
                <numerusform>%n منتجًا له الرمز {code}. أيها المقصود؟</numerusform>
                <numerusform>%n منتج له الرمز {code}. أيها المقصود؟</numerusform>
            </translation>
        </message>
        <message>
            <source>A discount cannot be more than the whole price.</source>
            <translation>لا يمكن أن يزيد الخصم على السعر كله.</translation>
        </message>
        <message>
            <source>A float cannot be less than nothing.</source>
            <translation>لا يمكن أن يكون رصيد البداية أقل من لا شيء.</translation>
        </message>
        <message>
            <source>A payment cannot be negative.</source>
            <translation>لا يمكن أن تكون الدفعة سالبة.</translation>
        </message>
        <message>
            <source>A price cannot be less than nothing.</source>
            <translation>لا يمكن أن يكون السعر أقل من لا شيء.</translation>
        </message>
        <message>
            <source>A product needs a name.</source>
            <translation>المنتج يحتاج اسمًا.</translation>
        </message>
        <message>
            <source>A quantity must be more than nothing.</source>
            <translation>يجب أن تكون الكمية أكثر من لا شيء.</translation>
        </message>
        <message>
            <source>A shift is open at this till already.</source>
            <translation>على هذا الصندوق وردية مفتوحة من قبل.</translation>
        </message>
        <message>
            <source>An adjustment by nothing changes nothing.</source>
            <translation>تسوية بلا شيء لا تغير شيئًا.</translation>
        </message>
        <message>
            <source>At most {most} payments fit: this one has to be the rest.</source>
            <translation>الحد الأقصى للدفعات هو {most}: يجب أن تكون هذه كل الباقي.</translation>
        </message>
        <message>
            <source>Choose what goes back first.</source>
            <translation>اختر ما يُرجع أولًا.</translation>
        </message>
        <message>
            <source>Choose what is sent first.</source>
            <translation>اختر ما يُرسل أولًا.</translation>
        </message>
        <message>
            <source>It changed again. Here is the new comparison.</source>
            <translation>تغير من جديد. هذه المقارنة الجديدة.</translation>
        </message>
        <message>
            <source>Less than nothing cannot be counted.</source>
            <translation>لا يمكن جرد أقل من لا شيء.</translation>
        </message>
        <message>
            <source>Less than nothing cannot lie in the drawer.</source>
            <translation>لا يمكن أن يكون في الدرج أقل من لا شيء.</translation>
        </message>
        <message>
            <source>More than was sold cannot go back. Look at the receipt again.</source>
            <translation>لا يمكن إرجاع أكثر مما بيع. انظر في الإيصال من جديد.</translation>
        </message>
        <message>
            <source>No product has the code {code}.</source>
            <translation>لا منتج بالرمز {code}.</translation>
        </message>
        <message>
            <source>No shift is open at this till.</source>
            <translation>لا وردية مفتوحة على هذا الصندوق.</translation>
        </message>
        <message>
            <source>Only a manager may {what}.</source>
            <translation>لا يحق إلا لمدير أن يفعل هذا: {what}.</translation>
        </message>
        <message>
            <source>Only an administrator may {what}.</source>
            <translation>لا يحق إلا لمسؤول أن يفعل هذا: {what}.</translation>
        </message>
        <message>
            <source>Say how many there are.</source>
            <translation>اذكر كم يوجد.</translation>
        </message>
        <message>
            <source>Say how much was given.</source>
            <translation>اذكر كم أُعطي.</translation>
        </message>
        <message>
            <source>Say how much was paid.</source>
            <translation>اذكر كم دُفع.</translation>
        </message>
        <message>
            <source>Say how much.</source>
            <translation>اذكر كم.</translation>
        </message>
        <message>
            <source>Say why. Whoever looks for it later will want to know.</source>
            <translation>اذكر السبب. من يبحث عنه لاحقًا يريد أن يعرف.</translation>
        </message>
        <message>
            <source>Several receipts have this number. Choose which.</source>
            <translation>عدة إيصالات تحمل هذا الرقم. اختر أيها.</translation>
        </message>
        <message>
            <source>Several tax rates are called “{name}”. Write the key of the right one: {keys}</source>
            <translation>عدة نسب ضريبية اسمها «{name}». اكتب مفتاح النسبة المقصودة: {keys}</translation>
        </message>
        <message>
            <source>So much is not left of what was paid: more went back of it elsewhere.</source>
            <translation>لم يبقَ هذا القدر مما دُفع: فقد أُرجع منه المزيد في مكان آخر.</translation>
        </message>
        <message>
            <source>That PIN is not right. Try again.</source>
            <translation>الرقم السري غير صحيح. حاول من جديد.</translation>
        </message>
        <message>
            <source>That is {amount} more than is due; only cash gives change.</source>
            <translation>هذا يزيد {amount} على المطلوب؛ النقد وحده له باقٍ.</translation>
        </message>
        <message>
            <source>That line is no longer in the cart.</source>
            <translation>ذلك السطر لم يعد في السلة.</translation>
        </message>
        <message>
            <source>That quantity is more than the till can handle.</source>
            <translation>تلك الكمية أكثر مما يتعامل معه الصندوق.</translation>
        </message>
        <message>
            <source>That sale was taken back already.</source>
            <translation>استُرجع ذلك البيع من قبل.</translation>
        </message>
        <message>
            <source>The article number {code} is on “{name}” already.</source>
            <translation>رقم الصنف {code} مستخدم بالفعل في «{name}».</translation>
        </message>
        <message>
            <source>The barcode {code} is on “{name}” already.</source>
            <translation>الباركود {code} مستخدم بالفعل في «{name}».</translation>
        </message>
        <message>
            <source>The brackets in “{line}” hold no key. Write it after the name, like this: Standard [std] = 20 %</source>
            <translation>الأقواس في «{line}» لا تحوي مفتاحًا. اكتبه بعد الاسم هكذا: Standard [std] = 20 %</translation>
        </message>
        <message>
            <source>The program has a fault, and this was not finished. What was entered is still here: try again.</source>
            <translation>في البرنامج خلل ولم تكتمل هذه العملية. ما أُدخل ما زال هنا: حاول مرة أخرى.</translation>
        </message>
        <message>
            <source>The reasons of this line are too long together: at most {most} characters fit.</source>
            <translation>أسباب هذا السطر طويلة معًا: الحد الأقصى للأحرف هو {most}.</translation>
        </message>
        <message>
            <source>The receipt {receipt} is not on this till. It may be of another shop, or older.</source>
            <translation>الإيصال ‏{receipt} ليس على هذا الجهاز. قد يكون من فرع آخر أو أقدم.</translation>
        </message>
        <message>
            <source>There is nothing in the cart yet.</source>
            <translation>لا شيء في السلة بعد.</translation>
        </message>
        <message numerus="yes">
            <source>There is room for %n quick key(s). Take one away first.</source>
            <translation>
                <numerusform>لا مكان لمفاتيح سريعة. أزل واحدًا أولًا.</numerusform>
                <numerusform>المكان يسع مفتاحًا سريعًا واحدًا. أزله أولًا.</numerusform>
                <numerusform>المكان يسع مفتاحين سريعين. أزل واحدًا أولًا.</numerusform>
                <numerusform>المكان يسع %n مفاتيح سريعة. أزل واحدًا أولًا.</numerusform>
                <numerusform>المكان يسع %n مفتاحًا سريعًا. أزل واحدًا أولًا.</numerusform>
                <numerusform>المكان يسع %n مفتاح سريع. أزل واحدًا أولًا.</numerusform>
            </translation>
        </message>
        <message>
            <source>There is something in the cart. Finish that sale or hold it first.</source>
            <translation>في السلة شيء. أنهِ ذلك البيع أو علّقه أولًا.</translation>
        </message>
        <message>
            <source>There is stock or history of “{product}” in its unit, which would be misread by another. Leave its unit and add another product for the other.</source>
            <translation>توجد كمية أو سجل للمنتج «{product}» بوحدته، وستُقرأ خطأً بوحدة أخرى. اترك وحدته وأضف منتجًا آخر للوحدة الأخرى.</translation>
        </message>
        <message>
            <source>They are one article already.</source>
            <translation>هما صنف واحد بالفعل.</translation>
        </message>
        <message>
            <source>They are sold by different units: they are two articles.</source>
            <translation>يُباعان بوحدتين مختلفتين: هما صنفان.</translation>
        </message>
        <message>
            <source>They are two articles already.</source>
            <translation>هما صنفان بالفعل.</translation>
        </message>
        <message>
            <source>This PIN cannot be checked. A manager can set a new one.</source>
            <translation>لا يمكن فحص هذا الرقم السري. يمكن لمدير أن يضع جديدًا.</translation>
        </message>
        <message>
            <source>This account may not sign in here any more. Ask a manager.</source>
            <translation>لم يعد يحق لهذا الحساب الدخول هنا. اسأل مديرًا.</translation>
        </message>
        <message>
            <source>This cannot be completed as it is: a text or a figure in it does not fit. Change it, or make it two sales.</source>
            <translation>لا يمكن إتمامها هكذا: فيها نص أو رقم لا يتسع له المكان. غيّره أو اجعلها عمليتي بيع.</translation>
        </message>
        <message>
            <source>This comes to more than the till can handle.</source>
            <translation>هذا يبلغ أكثر مما يتعامل معه الصندوق.</translation>
        </message>
        <message>
            <source>This count is finished already.</source>
            <translation>انتهى هذا الجرد من قبل.</translation>
        </message>
        <message>
            <source>This is sold by the piece: use a whole number.</source>
            <translation>هذا يباع بالقطعة: استخدم عددًا صحيحًا.</translation>
        </message>
        <message>
            <source>This is sold by “{unit}”, which this till cannot count in. Update this till, then try again.</source>
            <translation>يُباع هذا بوحدة «{unit}» التي لا يعرفها هذا الصندوق. حدّث هذا الصندوق ثم حاول مرة أخرى.</translation>
        </message>
        <message>
            <source>This lets more pass unchecked. An administrator changes it, with a connection.</source>
            <translation>هذا يسمح بمرور المزيد دون تدقيق. يغيّره مسؤول النظام، مع وجود اتصال.</translation>
        </message>
        <message>
            <source>This product is not in the catalogue.</source>
            <translation>هذا المنتج ليس في القائمة.</translation>
        </message>
        <message>
            <source>This sale cannot be voided any more. Refund it instead.</source>
            <translation>لا يمكن إلغاء هذا البيع بعد الآن. أرجعه بدلًا من ذلك.</translation>
        </message>
        <message>
            <source>This sale has too many lines for one receipt. Split it into two.</source>
            <translation>لهذا البيع أسطر أكثر مما يسعه إيصال واحد. قسّمه إلى اثنين.</translation>
        </message>
        <message>
            <source>This sale is finished already. Its receipt is in the list.</source>
            <translation>انتهى هذا البيع من قبل. إيصاله في القائمة.</translation>
        </message>
        <message>
            <source>This sale needs too many approvals for one receipt. Split it into two.</source>
            <translation>تحتاج عملية البيع هذه إلى موافقات كثيرة لإيصال واحد. قسّمها إلى عمليتين.</translation>
        </message>
        <message>
            <source>This till does not know your role. Ask a manager to let you {what}.</source>
            <translation>لا يعرف هذا الصندوق دورك. اطلب من مدير السماح بهذا: {what}.</translation>
        </message>
        <message>
            <source>This was decided already. Nothing is left to choose.</source>
            <translation>تقرر هذا من قبل. لم يبقَ ما يُختار.</translation>
        </message>
        <message numerus="yes">
            <source>Too many tries. Wait %n minute(s), and try again.</source>
            <translation>
                <numerusform>محاولات كثيرة. انتظر %n دقيقة، ثم حاول مجددًا.</numerusform>
                <numerusform>محاولات كثيرة. انتظر دقيقة واحدة، ثم حاول مجددًا.</numerusform>
                <numerusform>محاولات كثيرة. انتظر دقيقتين، ثم حاول مجددًا.</numerusform>
                <numerusform>محاولات كثيرة. انتظر %n دقائق، ثم حاول مجددًا.</numerusform>
                <numerusform>محاولات كثيرة. انتظر %n دقيقة، ثم حاول مجددًا.</numerusform>
                <numerusform>محاولات كثيرة. انتظر %n دقيقة، ثم حاول مجددًا.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>Too many wrong PINs. Try again in %n second(s).</source>
            <translation>
                <numerusform>أرقام سرية خاطئة كثيرة. حاول الآن.</numerusform>
                <numerusform>أرقام سرية خاطئة كثيرة. حاول بعد ثانية.</numerusform>
                <numerusform>أرقام سرية خاطئة كثيرة. حاول بعد ثانيتين.</numerusform>
                <numerusform>أرقام سرية خاطئة كثيرة. حاول بعد %n ثوانٍ.</numerusform>
                <numerusform>أرقام سرية خاطئة كثيرة. حاول بعد %n ثانية.</numerusform>
                <numerusform>أرقام سرية خاطئة كثيرة. حاول بعد %n ثانية.</numerusform>
            </translation>
        </message>
        <message>
            <source>Too much was counted of {figures}. The largest quantity of this shop is {most}. Look at the figures again; an admin can set another bound.</source>
            <translation>عُدّ أكثر مما يجوز من {figures}. أكبر كمية في هذا المتجر هي {most}. راجع الأرقام؛ ويستطيع المسؤول أن يضع حدًّا آخر.</translation>
        </message>
        <message>
            <source>Two tax rates are called “{name}”. Give each a name of its own.</source>
            <translation>نسبتان ضريبيتان اسمهما «{name}». أعطِ كلًّا منهما اسمًا خاصًّا.</translation>
        </message>
        <message>
            <source>Type a number first.</source>
            <translation>اكتب رقمًا أولًا.</translation>
        </message>
        <message>
            <source>Type a number of minutes from 0 to {most}.</source>
            <translation>اكتب عدد الدقائق من 0 إلى {most}.</translation>
        </message>
        <message>
            <source>Type an amount of money first.</source>
            <translation>اكتب مبلغًا أولًا.</translation>
        </message>
        <message>
            <source>Type its own number first.</source>
            <translation>اكتب رقمه الخاص أولًا.</translation>
        </message>
        <message>
            <source>[{key}] is in two lines. Write each tax rate once.</source>
            <translation>[{key}] في سطرين. اكتب كل نسبة ضريبية مرة واحدة.</translation>
        </message>
        <message>
            <source>[{key}] is the key of no tax rate. Write a new one without brackets: Standard = 20 %</source>
            <translation>[{key}] ليس مفتاح أي نسبة ضريبية. اكتب النسبة الجديدة بلا أقواس: Standard = 20 %</translation>
        </message>
        <message>
            <source>barcode was turned into {code} by a spreadsheet; export the column as text</source>
            <translation>حوّل جدول بيانات الباركود إلى {code}؛ صدّر العمود كنص</translation>
        </message>
        <message>
            <source>barcode was turned into {code} by a spreadsheet; the digits are lost</source>
            <translation>حوّل جدول بيانات الباركود إلى {code}؛ ضاعت الأرقام</translation>
        </message>
        <message>
            <source>barcode {code} has a wrong check digit: {expected} would be right as the last one</source>
            <translation>رقم التحقق في الباركود {code} خاطئ: الصحيح أن يكون الأخير {expected}</translation>
        </message>
        <message>
            <source>barcode {code} has a wrong check digit; as a UPC-E code it is {expected}</source>
            <translation>رقم التحقق في الباركود {code} خاطئ؛ وهو كرمز UPC-E يساوي {expected}</translation>
        </message>
        <message>
            <source>barcode {code} has {digits} digits; a barcode has 8, 12, 13 or 14</source>
            <translation>عدد أرقام الباركود {code} هو {digits}؛ للباركود 8 أو 12 أو 13 أو 14 رقمًا</translation>
        </message>
        <message>
            <source>barcode {code} has {digits} digits; was it {expected} before its leading zeros were lost?</source>
            <translation>عدد أرقام الباركود {code} هو {digits}؛ هل كان {expected} قبل ضياع الأصفار في أوله؟</translation>
        </message>
        <message>
            <source>barcode {code} is nothing but zeros</source>
            <translation>الباركود {code} كله أصفار</translation>
        </message>
        <message>
            <source>barcode “{code}” is not made of digits alone</source>
            <translation>الباركود «{code}» ليس مكوّنًا من أرقام فقط</translation>
        </message>
        <message>
            <source>{amount} is more than the largest amount of this shop, {most}. Look at the figure again; an admin can set another bound.</source>
            <translation>{amount} أكثر من أكبر مبلغ في هذا المتجر، {most}. راجع الرقم؛ ويستطيع المسؤول أن يضع حدًّا آخر.</translation>
        </message>
        <message>
            <source>{amount} is still missing.</source>
            <translation>لا يزال ينقص {amount}.</translation>
        </message>
        <message>
            <source>{amount} more was taken than is due.</source>
            <translation>أُخذ {amount} أكثر من المطلوب.</translation>
        </message>
        <message>
            <source>{name} has no PIN yet. A manager can set one.</source>
            <translation>ليس لـ{name} رقم سري بعد. يمكن لمدير أن يضعه.</translation>
        </message>
        <message>
            <source>{quantity} is more than the largest quantity of this shop, {most}. Look at the figure again; an admin can set another bound.</source>
            <translation>{quantity} أكثر من أكبر كمية في هذا المتجر، {most}. راجع الرقم؛ ويستطيع المسؤول أن يضع حدًّا آخر.</translation>
        </message>
        <message>
            <source>{receipt} is no sale: only what was sold can go back.</source>
            <translation>‏{receipt} ليس بيعًا: لا يُرجع إلا ما بيع.</translation>
        </message>
        <message>
            <source>“{line}” is no tax rate. Write it like this: Standard = 20 %; 2027-01-01 = 21 %</source>
            <translation>«{line}» ليست نسبة ضريبة. اكتبها هكذا: Standard = 20 %; 2027-01-01 = 21 %</translation>
        </message>
        <message>
            <source>“{name}” has no price yet, so it cannot be sold. A manager can set one.</source>
            <translation>«{name}» لا سعر له بعد، فلا يمكن بيعه. يمكن لمدير أن يضع سعرًا.</translation>
        </message>
        <message>
            <source>“{name}” is a tax rate of the whole shop. Choose the whole shop to remove it.</source>
            <translation>«{name}» نسبة ضريبية للمتجر كله. اختر المتجر كله لإزالته.</translation>
        </message>
        <message>
            <source>“{name}” is the tax rate of products ({count}), and cannot be left out. To give it another name, leave its key: [{key}]</source>
            <translation>«{name}» هي النسبة الضريبية لمنتجات ({count}) ولا يمكن حذفها. لتغيير اسمها اترك مفتاحها: [{key}]</translation>
        </message>
        <message>
            <source>“{reason}” adds to the stock: give a positive quantity.</source>
            <translation>«{reason}» يزيد المخزون: اكتب كمية موجبة.</translation>
        </message>
        <message>
            <source>“{reason}” is not a reason for an adjustment.</source>
            <translation>«{reason}» ليس سببًا للتسوية.</translation>
        </message>
        <message>
            <source>“{reason}” takes from the stock: give a negative quantity.</source>
            <translation>«{reason}» ينقص المخزون: اكتب كمية سالبة.</translation>
        </message>
        <message>
            <source>“{setting}” cannot be that. Look at the value again.</source>
            <translation>لا يمكن أن تكون قيمة «{setting}» هكذا. راجع القيمة.</translation>
        </message>
        <message>
            <source>“{text}” has a letter that nobody sees ({letter}). Type it again.</source>
            <translation>في «{text}» حرف لا يراه أحد ({letter}). اكتبه من جديد.</translation>
        </message>
        <message>
            <source>“{text}” is more than 100%.</source>
            <translation>«{text}» أكثر من 100%.</translation>
        </message>
        <message>
            <source>“{text}” is not a percentage.</source>
            <translation>«{text}» ليست نسبة مئوية.</translation>
        </message>
        <message>
            <source>“{text}” is too long: at most {most} characters fit.</source>
            <translation>«{text}» أطول من اللازم: الحد الأقصى للأحرف هو {most}.</translation>
        </message>
        <message>
            <source>“{written}” could be {first} or {second}. Type it without marks between thousands.</source>
            <translation>«{written}» قد يكون {first} أو {second}. اكتبه دون فواصل للآلاف.</translation>
        </message>
        <message numerus="yes">
            <source>“{written}” has more than %n decimal(s).</source>
            <translation>
                <numerusform>لا منازل عشرية في «{written}».</numerusform>
                <numerusform>في «{written}» أكثر من منزلة عشرية واحدة.</numerusform>
                <numerusform>في «{written}» أكثر من منزلتين عشريتين.</numerusform>
                <numerusform>في «{written}» أكثر من %n منازل عشرية.</numerusform>
                <numerusform>في «{written}» أكثر من %n منزلة عشرية.</numerusform>
                <numerusform>في «{written}» أكثر من %n منزلة عشرية.</numerusform>
            </translation>
        </message>
        <message>
            <source>“{written}” is more than the till can handle.</source>
            <translation>«{written}» أكثر مما يتعامل معه الصندوق.</translation>
        </message>
        <message>
            <source>“{written}” is not a quantity.</source>
            <translation>«{written}» ليست كمية.</translation>
        </message>
        <message>
            <source>“{written}” is not an amount of money.</source>
            <translation>«{written}» ليس مبلغًا.</translation>
        </message>
    </context>
    <context>
        <name>explanation</name>
        <message>
            <source>Server: no figure yet</source>
            <translation>الخادم: لا رقم بعد</translation>
        </message>
        <message>
            <source>Server: {figure}</source>
            <translation>الخادم: {figure}</translation>
        </message>
        <message>
            <source>being sent</source>
            <translation>قيد الإرسال</translation>
        </message>
        <message>
            <source>change {number}</source>
            <translation>التغيير {number}</translation>
        </message>
        <message>
            <source>not sent yet</source>
            <translation>لم يُرسل بعد</translation>
        </message>
        <message>
            <source>refused, needs attention</source>
            <translation>مرفوض، يحتاج انتباهًا</translation>
        </message>
        <message>
            <source>sent</source>
            <translation>أُرسل</translation>
        </message>
        <message>
            <source>waiting for a decision</source>
            <translation>ينتظر القرار</translation>
        </message>
        <message>
            <source>waiting for an earlier decision</source>
            <translation>ينتظر قرارًا سابقًا</translation>
        </message>
        <message>
            <source>{figure} {moved} here, {status}</source>
            <translation>‏{figure} {moved} هنا، {status}</translation>
        </message>
        <message>
            <source>→ {figure} counted here, {status}</source>
            <translation>← {figure} بجرد هنا، {status}</translation>
        </message>
        <message>
            <source>→ {figure} decided here, {status}</source>
            <translation>← {figure} بقرار هنا، {status}</translation>
        </message>
    </context>
    <context>
        <name>flag</name>
        <message>
            <source>A text in it had letters that nobody sees: they were left out</source>
            <translation>كان في أحد نصوصه أحرف لا يراها أحد: حُذفت</translation>
        </message>
        <message>
            <source>An amount is below zero: {what}</source>
            <translation>مبلغ أقل من الصفر: {what}</translation>
        </message>
        <message>
            <source>An amount is too large to be true: {what}</source>
            <translation>مبلغ أكبر من أن يكون صحيحًا: {what}</translation>
        </message>
        <message>
            <source>It has no lines</source>
            <translation>ليس فيها أي سطر</translation>
        </message>
        <message>
            <source>It has no payment</source>
            <translation>ليس فيها أي دفع</translation>
        </message>
        <message>
            <source>It is in {what}, which is not the shop's currency</source>
            <translation>هي بعملة {what} وليست هذه عملة المتجر</translation>
        </message>
        <message>
            <source>It says that it happened on {what}, before this till was there</source>
            <translation>تقول إنها حدثت في {what} قبل أن يوجد هذا الصندوق</translation>
        </message>
        <message>
            <source>It says that it happened on {what}, which is still to come</source>
            <translation>تقول إنها حدثت في {what} وهو لم يأتِ بعد</translation>
        </message>
        <message>
            <source>It was rounded by {what}, more than cash is rounded</source>
            <translation>قُرّبت بمقدار {what} وهذا أكثر مما يُقرَّب به النقد</translation>
        </message>
        <message>
            <source>It went further than was approved: {what}</source>
            <translation>تجاوزت ما جرت الموافقة عليه: {what}</translation>
        </message>
        <message>
            <source>Its lines come to {what}, not to its total</source>
            <translation>مجموع سطورها {what} وليس مجموعها المكتوب</translation>
        </message>
        <message>
            <source>Its receipt number is not one that a till gives: {what}</source>
            <translation>رقم إيصالها ليس مما يعطيه صندوق: {what}</translation>
        </message>
        <message>
            <source>Its receipt number is of another till: {what}</source>
            <translation>رقم إيصالها لصندوق آخر: {what}</translation>
        </message>
        <message>
            <source>Its shift had been closed before</source>
            <translation>كانت ورديتها قد أُقفلت قبلها</translation>
        </message>
        <message>
            <source>Its shift is another till's</source>
            <translation>ورديتها لصندوق آخر</translation>
        </message>
        <message>
            <source>Line {what} was not taxed at the rate of that day</source>
            <translation>لم تُحسب ضريبة السطر {what} بنسبة ذلك اليوم</translation>
        </message>
        <message>
            <source>More went back of receipt {what} than was paid for it</source>
            <translation>أُرجع من الإيصال {what} أكثر مما دُفع</translation>
        </message>
        <message>
            <source>Nobody who may approved it: {what}</source>
            <translation>لم يوافق عليها من يحق له: {what}</translation>
        </message>
        <message>
            <source>Receipt number {what} was used more than once</source>
            <translation>استُعمل رقم الإيصال {what} أكثر من مرة</translation>
        </message>
        <message>
            <source>The catalogue did not know {what}</source>
            <translation>لم يكن {what} في الكتالوج</translation>
        </message>
        <message>
            <source>The change of payment {what} cannot be</source>
            <translation>باقي الدفعة {what} غير ممكن</translation>
        </message>
        <message>
            <source>The quantity of line {what} is too large to be true</source>
            <translation>كمية السطر {what} أكبر من أن تكون صحيحة</translation>
        </message>
        <message>
            <source>The quantity of line {what} is zero or less</source>
            <translation>كمية السطر {what} صفر أو أقل</translation>
        </message>
        <message>
            <source>The server does not have its shift</source>
            <translation>الخادم لا يعرف ورديتها</translation>
        </message>
        <message>
            <source>The server does not have receipt {what}</source>
            <translation>الإيصال {what} غير موجود على الخادم</translation>
        </message>
        <message>
            <source>The server does not know this way of paying: {what}</source>
            <translation>لا يعرف الخادم طريقة الدفع هذه: {what}</translation>
        </message>
        <message>
            <source>The shop does not know {what}, who approved it</source>
            <translation>لا يعرف المتجر {what} الذي وافق عليها</translation>
        </message>
        <message>
            <source>The shop does not know {what}, who did it</source>
            <translation>لا يعرف المتجر {what} الذي قام بها</translation>
        </message>
        <message>
            <source>The tax of its lines comes to {what}, not to its tax</source>
            <translation>ضريبة سطورها {what} وليست ضريبتها المكتوبة</translation>
        </message>
        <message>
            <source>The tax of line {what} does not fit its rate</source>
            <translation>ضريبة السطر {what} لا توافق نسبتها</translation>
        </message>
        <message>
            <source>The tax of line {what} is more than 100 %</source>
            <translation>ضريبة السطر {what} أكثر من 100 %</translation>
        </message>
        <message>
            <source>The total of line {what} is not its quantity at its price, less its discount</source>
            <translation>مجموع السطر {what} ليس كميته بسعره ناقصًا خصمه</translation>
        </message>
        <message>
            <source>Too much of {what} for any stock: it was left as it is</source>
            <translation>كمية من {what} أكبر من أي مخزون: تُرك كما هو</translation>
        </message>
        <message>
            <source>What went back was no sale: {what}</source>
            <translation>ما أُعيد لم يكن بيعًا: {what}</translation>
        </message>
        <message>
            <source>Whoever approved it may not: {what}</source>
            <translation>من وافق عليها لا يحق له ذلك: {what}</translation>
        </message>
        <message>
            <source>{what} was being counted: check that count</source>
            <translation>كان {what} قيد الجرد: راجع ذلك الجرد</translation>
        </message>
        <message>
            <source>{what} was deleted from the catalogue</source>
            <translation>كان {what} محذوفًا من الكتالوج</translation>
        </message>
        <message>
            <source>{what} was paid, which is not its total</source>
            <translation>دُفع {what} وهذا ليس مجموعها</translation>
        </message>
        <message>
            <source>{what} was sold by another unit than it has. Its stock was not changed: count it</source>
            <translation>بيع {what} بوحدة غير وحدته. لم تتغير كميته: قم بعدّه</translation>
        </message>
        <message>
            <source>{what} was voided more than once</source>
            <translation>أُلغي {what} أكثر من مرة</translation>
        </message>
        <message>
            <source>{what}, who approved it, did not work here any more</source>
            <translation>{what} الذي وافق عليها لم يعد يعمل هنا</translation>
        </message>
        <message>
            <source>{what}, who approved it, does not work at this shop</source>
            <translation>{what} الذي وافق عليها لا يعمل في هذا المتجر</translation>
        </message>
        <message>
            <source>{what}, who did it, did not work here any more</source>
            <translation>{what} الذي قام بها لم يعد يعمل هنا</translation>
        </message>
        <message>
            <source>{what}, who did it, does not work at this shop</source>
            <translation>{what} الذي قام بها لا يعمل في هذا المتجر</translation>
        </message>
    </context>
    <context>
        <name>kind</name>
        <message numerus="yes">
            <source>%n refund(s)</source>
            <translation>
                <numerusform>لا مرتجعات</numerusform>
                <numerusform>مرتجع واحد</numerusform>
                <numerusform>مرتجعان</numerusform>
                <numerusform>%n مرتجعات</numerusform>
                <numerusform>%n مرتجعًا</numerusform>
                <numerusform>%n مرتجع</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n sale(s)</source>
            <translation>
                <numerusform>لا مبيعات</numerusform>
                <numerusform>عملية بيع واحدة</numerusform>
                <numerusform>عمليتا بيع</numerusform>
                <numerusform>%n عمليات بيع</numerusform>
                <numerusform>%n عملية بيع</numerusform>
                <numerusform>%n عملية بيع</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n void(s)</source>
            <translation>
                <numerusform>لا إلغاءات</numerusform>
                <numerusform>إلغاء واحد</numerusform>
                <numerusform>إلغاءان</numerusform>
                <numerusform>%n إلغاءات</numerusform>
                <numerusform>%n إلغاءً</numerusform>
                <numerusform>%n إلغاء</numerusform>
            </translation>
        </message>
        <message>
            <source>Drawer opened</source>
            <translation>فُتح الدرج</translation>
        </message>
        <message>
            <source>Drawer opened without a sale</source>
            <translation>فتح الدرج بلا بيع</translation>
        </message>
        <message>
            <source>Paid in</source>
            <translation>إيداع</translation>
        </message>
        <message>
            <source>Paid out</source>
            <translation>سحب</translation>
        </message>
        <message>
            <source>Refund</source>
            <translation>إرجاع</translation>
        </message>
        <message>
            <source>Refund done</source>
            <translation>تم الإرجاع</translation>
        </message>
        <message>
            <source>Sale</source>
            <translation>بيع</translation>
        </message>
        <message>
            <source>Sale done</source>
            <translation>تم البيع</translation>
        </message>
        <message>
            <source>Sale voided</source>
            <translation>أُلغي البيع</translation>
        </message>
        <message>
            <source>Void</source>
            <translation>إلغاء بيع</translation>
        </message>
    </context>
    <context>
        <name>merge</name>
        <message>
            <source>Already in this count: {movements}.</source>
            <translation>داخل في هذا الجرد: {movements}.</translation>
        </message>
        <message>
            <source>Before: {figure}.</source>
            <translation>قبل: {figure}.</translation>
        </message>
        <message>
            <source>Both changed {field}: {me} to {mine}, {them} to {theirs}. Suggested: {theirs}, which other tills show already.</source>
            <translation>تغيّر لدى الجانبين: {field}. {me}: {mine}، {them}: {theirs}. المقترح: {theirs}، وهو ما تعرضه الصناديق الأخرى.</translation>
        </message>
        <message>
            <source>Both deleted it.</source>
            <translation>حذفه الجانبان.</translation>
        </message>
        <message>
            <source>Both have the same number, so they are probably one article.</source>
            <translation>لكليهما الرقم نفسه، فالأرجح أنهما صنف واحد.</translation>
        </message>
        <message>
            <source>Both sides say the same.</source>
            <translation>الجانبان يقولان الشيء نفسه.</translation>
        </message>
        <message>
            <source>Keep what the server has (suggested)</source>
            <translation>إبقاء ما عند الخادم (مقترح)</translation>
        </message>
        <message>
            <source>Leave deleted (suggested)</source>
            <translation>تركه محذوفًا (مقترح)</translation>
        </message>
        <message>
            <source>Nothing has moved since.</source>
            <translation>لم يتحرك شيء منذ ذلك.</translation>
        </message>
        <message>
            <source>One article, with the server’s values</source>
            <translation>صنف واحد، بقيم الخادم</translation>
        </message>
        <message>
            <source>Only {person} changed {field}: {before} → {now}.</source>
            <translation>تغيّر لدى جانب واحد ({person}): {field}، {before} ← {now}.</translation>
        </message>
        <message>
            <source>Others</source>
            <translation>آخرون</translation>
        </message>
        <message>
            <source>Restore (suggested)</source>
            <translation>استعادة (مقترح)</translation>
        </message>
        <message>
            <source>Since that count: {movements}.</source>
            <translation>منذ ذلك الجرد: {movements}.</translation>
        </message>
        <message>
            <source>Since the count: {movements}.</source>
            <translation>منذ الجرد: {movements}.</translation>
        </message>
        <message>
            <source>Somebody else</source>
            <translation>شخص آخر</translation>
        </message>
        <message>
            <source>Suggested: restore it. It can be deleted again at any time.</source>
            <translation>المقترح: استعادته. يمكن حذفه من جديد في أي وقت.</translation>
        </message>
        <message>
            <source>Suggested: {figure} ({sum}).</source>
            <translation>المقترح: {figure} ({sum}).</translation>
        </message>
        <message>
            <source>Suggested: {figure} ({sum}: both happened).</source>
            <translation>المقترح: {figure} ({sum}: حدث كلاهما).</translation>
        </message>
        <message>
            <source>Suggested: {figure}, as the server has it.</source>
            <translation>المقترح: {figure}، كما عند الخادم.</translation>
        </message>
        <message>
            <source>Suggested: {figure}.</source>
            <translation>المقترح: {figure}.</translation>
        </message>
        <message>
            <source>The count by {person} was earlier, so this one stands over it.</source>
            <translation>جرد {person} أقدم، لذا يُعتمد هذا.</translation>
        </message>
        <message>
            <source>Use both changes (suggested)</source>
            <translation>استخدام التعديلين معًا (مقترح)</translation>
        </message>
        <message>
            <source>Use the server's (suggested)</source>
            <translation>استخدام ما عند الخادم (مقترح)</translation>
        </message>
        <message>
            <source>Use this till's (suggested)</source>
            <translation>استخدام ما على هذا الصندوق (مقترح)</translation>
        </message>
        <message>
            <source>Use {figure} (suggested)</source>
            <translation>استخدام {figure} (مقترح)</translation>
        </message>
        <message>
            <source>What both sides started from is not known any more. Count it to be sure.</source>
            <translation>لم يعد معروفًا من أين بدأ الجانبان. اجرده لتتأكد.</translation>
        </message>
        <message>
            <source>What the server has is not known here. Count it to be sure.</source>
            <translation>لا يُعرف هنا ما عند الخادم. اجرده لتتأكد.</translation>
        </message>
        <message>
            <source>What this till wanted to write is not known.</source>
            <translation>لا يُعرف ما أراد هذا الصندوق كتابته.</translation>
        </message>
        <message>
            <source>What was sold under the second one then counts on the first, at every till.</source>
            <translation>ما بيع بالثاني يُحسب عندئذ على الأول، في كل الصناديق.</translation>
        </message>
        <message>
            <source>You</source>
            <translation>أنت</translation>
        </message>
        <message>
            <source>nothing</source>
            <translation>لا شيء</translation>
        </message>
        <message>
            <source>somebody</source>
            <translation>شخص ما</translation>
        </message>
        <message>
            <source>the article number</source>
            <translation>رقم الصنف</translation>
        </message>
        <message>
            <source>the barcode</source>
            <translation>الباركود</translation>
        </message>
        <message>
            <source>the name</source>
            <translation>الاسم</translation>
        </message>
        <message>
            <source>the named tax rate</source>
            <translation>نسبة الضريبة المسماة</translation>
        </message>
        <message>
            <source>the price</source>
            <translation>السعر</translation>
        </message>
        <message>
            <source>the tax rate</source>
            <translation>نسبة الضريبة</translation>
        </message>
        <message>
            <source>the unit</source>
            <translation>الوحدة</translation>
        </message>
        <message>
            <source>you</source>
            <translation>أنت</translation>
        </message>
        <message>
            <source>{deleter} deleted it while {editor} changed it.</source>
            <translation>الحذف من {deleter}، والتعديل في الأثناء من {editor}.</translation>
        </message>
        <message>
            <source>{person} added {figure} → {now}.</source>
            <translation>‏{person}: زيادة {figure} ← {now}.</translation>
        </message>
        <message>
            <source>{person} came to {figure} at {time}.</source>
            <translation>وصل إلى {figure}: {person}، {time}.</translation>
        </message>
        <message>
            <source>{person} came to {figure}.</source>
            <translation>وصل إلى {figure}: {person}.</translation>
        </message>
        <message>
            <source>{person} changed nothing → {now}.</source>
            <translation>‏{person}: بلا تغيير ← {now}.</translation>
        </message>
        <message>
            <source>{person} counted later at {time}, so that count stands.</source>
            <translation>جرد لاحق في {time} ({person})، لذا يُعتمد ذلك الجرد.</translation>
        </message>
        <message>
            <source>{person} counted {figure} at {time}.</source>
            <translation>الجرد: {figure} ({person}، {time}).</translation>
        </message>
        <message>
            <source>{person} counted {figure}.</source>
            <translation>الجرد: {figure} ({person}).</translation>
        </message>
        <message>
            <source>{person} took {figure} → {now}.</source>
            <translation>‏{person}: نقص {figure} ← {now}.</translation>
        </message>
    </context>
    <context>
        <name>method</name>
        <message>
            <source>Card</source>
            <translation>بطاقة</translation>
        </message>
        <message>
            <source>Cash</source>
            <translation>نقد</translation>
        </message>
        <message>
            <source>In cash</source>
            <translation>نقدًا</translation>
        </message>
        <message>
            <source>Other</source>
            <translation>غير ذلك</translation>
        </message>
        <message>
            <source>Otherwise</source>
            <translation>غير ذلك</translation>
        </message>
        <message>
            <source>Paid by card</source>
            <translation>دُفع بالبطاقة</translation>
        </message>
        <message>
            <source>Paid otherwise</source>
            <translation>دُفع بغير ذلك</translation>
        </message>
        <message>
            <source>Take cash</source>
            <translation>أخذ النقد</translation>
        </message>
        <message>
            <source>To the card</source>
            <translation>إلى البطاقة</translation>
        </message>
    </context>
    <context>
        <name>notices</name>
        <message>
            <source>An announcement without words</source>
            <translation>إعلان بلا نص</translation>
        </message>
        <message>
            <source>Maintenance is planned</source>
            <translation>صيانة مجدولة</translation>
        </message>
        <message>
            <source>Prices have changed</source>
            <translation>تغيّرت الأسعار</translation>
        </message>
        <message>
            <source>Stock was updated</source>
            <translation>حُدّث المخزون</translation>
        </message>
    </context>
    <context>
        <name>pages</name>
        <message>
            <source>Notices</source>
            <translation>الإشعارات</translation>
        </message>
        <message>
            <source>Sell</source>
            <translation>البيع</translation>
        </message>
        <message>
            <source>Settings</source>
            <translation>الإعدادات</translation>
        </message>
        <message>
            <source>Shift</source>
            <translation>الوردية</translation>
        </message>
        <message>
            <source>Sign in</source>
            <translation>دخول</translation>
        </message>
        <message>
            <source>Stock</source>
            <translation>المخزون</translation>
        </message>
        <message>
            <source>Sync centre</source>
            <translation>المزامنة</translation>
        </message>
    </context>
    <context>
        <name>payment</name>
        <message>
            <source>A tax rate changed while this was rung up. The total is another now.</source>
            <translation>تغيّرت نسبة ضريبة أثناء التسجيل. أصبح الإجمالي مختلفًا الآن.</translation>
        </message>
        <message>
            <source>The shop’s settings have changed. Look at the total, then begin the payment again.</source>
            <translation>تغيّرت إعدادات المتجر. انظر إلى الإجمالي، ثم ابدأ الدفع من جديد.</translation>
        </message>
    </context>
    <context>
        <name>printing</name>
        <message>
            <source>A USB printer is named by two numbers, like 04b8:0202.</source>
            <translation>طابعة USB تُسمى برقمين، مثل 04b8:0202.</translation>
        </message>
        <message>
            <source>No printer is set up. A manager can do that in Settings.</source>
            <translation>لا طابعة معدّة. يمكن لمدير إعدادها في الإعدادات.</translation>
        </message>
        <message>
            <source>The printer does not answer ({what}). Is it switched on, with paper in it?</source>
            <translation>الطابعة لا ترد ({what}). هل هي مشغّلة وفيها ورق؟</translation>
        </message>
        <message>
            <source>The printer’s address is not complete: host:9100</source>
            <translation>عنوان الطابعة غير كامل: host:9100</translation>
        </message>
    </context>
    <context>
        <name>products</name>
        <message>
            <source>Article not known here</source>
            <translation>صنف غير معروف هنا</translation>
        </message>
        <message>
            <source>{name} (deleted)</source>
            <translation>{name} (محذوف)</translation>
        </message>
        <message>
            <source>{name} (not known here)</source>
            <translation>{name} (غير معروف هنا)</translation>
        </message>
    </context>
    <context>
        <name>queue</name>
        <message numerus="yes">
            <source>%n item(s)</source>
            <translation>
                <numerusform>لا أصناف</numerusform>
                <numerusform>صنف واحد</numerusform>
                <numerusform>صنفان</numerusform>
                <numerusform>%n أصناف</numerusform>
                <numerusform>%n صنفًا</numerusform>
                <numerusform>%n صنف</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n product(s)</source>
            <translation>
                <numerusform>لا منتجات</numerusform>
                <numerusform>منتج واحد</numerusform>
                <numerusform>منتجان</numerusform>
                <numerusform>%n منتجات</numerusform>
                <numerusform>%n منتجًا</numerusform>
                <numerusform>%n منتج</numerusform>
            </translation>
        </message>
        <message>
            <source>Count of {product}</source>
            <translation>جرد {product}</translation>
        </message>
        <message>
            <source>Decision on {product}</source>
            <translation>قرار بشأن {product}</translation>
        </message>
        <message>
            <source>Decision on {product} opened again</source>
            <translation>أُعيد فتح القرار بشأن {product}</translation>
        </message>
        <message>
            <source>Product {product}</source>
            <translation>منتج {product}</translation>
        </message>
        <message>
            <source>Setting “{setting}”</source>
            <translation>الإعداد «{setting}»</translation>
        </message>
        <message>
            <source>Shift closed</source>
            <translation>أُغلقت الوردية</translation>
        </message>
        <message>
            <source>Shift opened</source>
            <translation>فُتحت الوردية</translation>
        </message>
        <message>
            <source>Stock of an unknown product</source>
            <translation>مخزون منتج غير معروف</translation>
        </message>
        <message>
            <source>Stock of {product}</source>
            <translation>مخزون {product}</translation>
        </message>
        <message>
            <source>The server could not make sense of “{what}”. Look at it, change it and send it again.</source>
            <translation>لم يفهم الخادم «{what}». انظر فيه، عدّله وأرسله من جديد.</translation>
        </message>
        <message>
            <source>The server has a fault with “{what}”. Try it again later, or ask whoever runs it.</source>
            <translation>في الخادم خلل مع «{what}». حاول لاحقًا، أو اسأل من يديره.</translation>
        </message>
        <message>
            <source>The server refused it.</source>
            <translation>رفضه الخادم.</translation>
        </message>
        <message>
            <source>Transfer to {place}</source>
            <translation>تحويل إلى {place}</translation>
        </message>
        <message>
            <source>What “{what}” builds on was given up. Nothing else is lost; discard this too, or do it anew.</source>
            <translation>تم التخلي عما يُبنى عليه «{what}». لا يضيع غيره؛ تجاهل هذا أيضًا، أو افعله من جديد.</translation>
        </message>
        <message>
            <source>“{product}” has stock or history, so its unit stays. Edit this entry and choose the unit that it has, or discard it; add another product for the other unit.</source>
            <translation>للمنتج «{product}» كمية أو سجل، لذلك تبقى وحدته. عدّل هذا القيد واختر الوحدة الحالية، أو تجاهله؛ أضف منتجًا آخر للوحدة الأخرى.</translation>
        </message>
        <message>
            <source>“{product}” was not changed: only a manager may do that. Nothing is lost. Ask a manager to approve it, or discard it.</source>
            <translation>لم يتغير «{product}»: لا يحق ذلك إلا لمدير. لا يضيع شيء. اطلب موافقة مدير، أو تجاهله.</translation>
        </message>
        <message>
            <source>“{what}” does not fit what the server has. Look at it, change it and send it again.</source>
            <translation>«{what}» لا يناسب ما عند الخادم. انظر فيه، عدّله وأرسله من جديد.</translation>
        </message>
        <message>
            <source>“{what}” was not taken: the server does not know what it is about any more.</source>
            <translation>لم يُقبل «{what}»: لم يعد الخادم يعرف عمّا هو.</translation>
        </message>
        <message>
            <source>“{what}” was not taken: whoever did it may not. Ask a manager.</source>
            <translation>لم يُقبل «{what}»: لا يحق لمن فعله أن يفعله. اسأل مديرًا.</translation>
        </message>
    </context>
    <context>
        <name>readiness</name>
        <message numerus="yes">
            <source>%n (has|have) no price yet.</source>
            <translation>
                <numerusform>لكلها سعر.</numerusform>
                <numerusform>واحد لا سعر له بعد.</numerusform>
                <numerusform>اثنان لا سعر لهما بعد.</numerusform>
                <numerusform>%n لا سعر لها بعد.</numerusform>
                <numerusform>%n لا سعر لها بعد.</numerusform>
                <numerusform>%n لا سعر لها بعد.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n can sign in here without a connection.</source>
            <translation>
                <numerusform>لا يمكن لأحد الدخول هنا بلا اتصال.</numerusform>
                <numerusform>يمكن لشخص واحد الدخول هنا بلا اتصال.</numerusform>
                <numerusform>يمكن لشخصين الدخول هنا بلا اتصال.</numerusform>
                <numerusform>يمكن لـ%n أشخاص الدخول هنا بلا اتصال.</numerusform>
                <numerusform>يمكن لـ%n شخصًا الدخول هنا بلا اتصال.</numerusform>
                <numerusform>يمكن لـ%n شخص الدخول هنا بلا اتصال.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n product(s) can be sold.</source>
            <translation>
                <numerusform>لا منتج يمكن بيعه.</numerusform>
                <numerusform>يمكن بيع منتج واحد.</numerusform>
                <numerusform>يمكن بيع منتجين.</numerusform>
                <numerusform>يمكن بيع %n منتجات.</numerusform>
                <numerusform>يمكن بيع %n منتجًا.</numerusform>
                <numerusform>يمكن بيع %n منتج.</numerusform>
            </translation>
        </message>
        <message>
            <source>Agrees with the server.</source>
            <translation>تتفق مع الخادم.</translation>
        </message>
        <message numerus="yes">
            <source>As of %n hour(s) ago.</source>
            <translation>
                <numerusform>قبل أقل من ساعة.</numerusform>
                <numerusform>قبل ساعة.</numerusform>
                <numerusform>قبل ساعتين.</numerusform>
                <numerusform>قبل %n ساعات.</numerusform>
                <numerusform>قبل %n ساعة.</numerusform>
                <numerusform>قبل %n ساعة.</numerusform>
            </translation>
        </message>
        <message>
            <source>Clock</source>
            <translation>الساعة</translation>
        </message>
        <message>
            <source>Connect this till to the server before you rely on it.</source>
            <translation>صِل هذا الصندوق بالخادم قبل أن تعتمد عليه.</translation>
        </message>
        <message>
            <source>Disk</source>
            <translation>القرص</translation>
        </message>
        <message>
            <source>Free some space, or sales will be refused.</source>
            <translation>أفسح مكانًا، وإلا رُفضت المبيعات.</translation>
        </message>
        <message numerus="yes">
            <source>It is %n minute(s) off. Set this computer’s clock.</source>
            <translation>
                <numerusform>لا فرق في الساعة.</numerusform>
                <numerusform>تنحرف دقيقة. اضبط ساعة هذا الحاسوب.</numerusform>
                <numerusform>تنحرف دقيقتين. اضبط ساعة هذا الحاسوب.</numerusform>
                <numerusform>تنحرف %n دقائق. اضبط ساعة هذا الحاسوب.</numerusform>
                <numerusform>تنحرف %n دقيقة. اضبط ساعة هذا الحاسوب.</numerusform>
                <numerusform>تنحرف %n دقيقة. اضبط ساعة هذا الحاسوب.</numerusform>
            </translation>
        </message>
        <message>
            <source>No manager has a PIN, so nobody can approve anything.</source>
            <translation>ليس لأي مدير رقم سري، فلا أحد يستطيع الموافقة على شيء.</translation>
        </message>
        <message>
            <source>None is set up. Receipts are shown on the screen.</source>
            <translation>لا طابعة معدّة. تُعرض الإيصالات على الشاشة.</translation>
        </message>
        <message>
            <source>Not fetched yet. Connect this till to the server once.</source>
            <translation>لم تُجلب بعد. صِل هذا الصندوق بالخادم مرة.</translation>
        </message>
        <message>
            <source>People</source>
            <translation>الأشخاص</translation>
        </message>
        <message>
            <source>Prices</source>
            <translation>الأسعار</translation>
        </message>
        <message>
            <source>Printer</source>
            <translation>الطابعة</translation>
        </message>
        <message>
            <source>Products and stock</source>
            <translation>المنتجات والمخزون</translation>
        </message>
        <message>
            <source>There are no products yet.</source>
            <translation>لا منتجات بعد.</translation>
        </message>
        <message>
            <source>Up to date.</source>
            <translation>محدّث.</translation>
        </message>
        <message>
            <source>{size} GB free.</source>
            <translation>‏{size} غ.ب متاحة.</translation>
        </message>
    </context>
    <context>
        <name>reason</name>
        <message>
            <source>Correction</source>
            <translation>تصحيح</translation>
        </message>
        <message>
            <source>Correction (− takes away)</source>
            <translation>تصحيح (− ينقص)</translation>
        </message>
        <message>
            <source>Count</source>
            <translation>جرد</translation>
        </message>
        <message>
            <source>Decision</source>
            <translation>قرار</translation>
        </message>
        <message>
            <source>Found</source>
            <translation>عُثر عليه</translation>
        </message>
        <message>
            <source>From another shop</source>
            <translation>من متجر آخر</translation>
        </message>
        <message>
            <source>Goods in</source>
            <translation>بضاعة واردة</translation>
        </message>
        <message>
            <source>Refund</source>
            <translation>إرجاع</translation>
        </message>
        <message>
            <source>Sale</source>
            <translation>بيع</translation>
        </message>
        <message>
            <source>To another shop</source>
            <translation>إلى متجر آخر</translation>
        </message>
        <message>
            <source>Waste</source>
            <translation>هدر</translation>
        </message>
        <message>
            <source>Waste or damage</source>
            <translation>هدر أو تلف</translation>
        </message>
        <message>
            <source>added</source>
            <translation>زيادة</translation>
        </message>
        <message>
            <source>correction</source>
            <translation>تصحيح</translation>
        </message>
        <message>
            <source>count</source>
            <translation>جرد</translation>
        </message>
        <message>
            <source>counted</source>
            <translation>جرد</translation>
        </message>
        <message>
            <source>decision</source>
            <translation>قرار</translation>
        </message>
        <message>
            <source>found</source>
            <translation>عُثر عليه</translation>
        </message>
        <message>
            <source>from another shop</source>
            <translation>من متجر آخر</translation>
        </message>
        <message>
            <source>goods in</source>
            <translation>وارد</translation>
        </message>
        <message>
            <source>received</source>
            <translation>وارد</translation>
        </message>
        <message>
            <source>returned</source>
            <translation>مرتجع</translation>
        </message>
        <message>
            <source>sold</source>
            <translation>بيع</translation>
        </message>
        <message>
            <source>taken away</source>
            <translation>نقص</translation>
        </message>
        <message>
            <source>to another shop</source>
            <translation>إلى متجر آخر</translation>
        </message>
        <message>
            <source>transferred in</source>
            <translation>محوّل إلى هنا</translation>
        </message>
        <message>
            <source>transferred out</source>
            <translation>محوّل من هنا</translation>
        </message>
        <message>
            <source>waste</source>
            <translation>هدر</translation>
        </message>
        <message>
            <source>wasted</source>
            <translation>هدر</translation>
        </message>
    </context>
    <context>
        <name>receipt</name>
        <message>
            <source>Cash expected</source>
            <translation>النقد المتوقع</translation>
        </message>
        <message>
            <source>Change</source>
            <translation>الباقي</translation>
        </message>
        <message>
            <source>Closed</source>
            <translation>الإغلاق</translation>
        </message>
        <message>
            <source>Copy</source>
            <translation>نسخة</translation>
        </message>
        <message>
            <source>Counted</source>
            <translation>المجرود</translation>
        </message>
        <message>
            <source>Difference</source>
            <translation>الفرق</translation>
        </message>
        <message>
            <source>Discount</source>
            <translation>خصم</translation>
        </message>
        <message>
            <source>Discounts given</source>
            <translation>الخصومات الممنوحة</translation>
        </message>
        <message>
            <source>Float</source>
            <translation>رصيد البداية</translation>
        </message>
        <message>
            <source>For receipt {number}</source>
            <translation>عن الإيصال {number}</translation>
        </message>
        <message numerus="yes">
            <source>In no sum: %n entry(ies) of a kind that this till does not know</source>
            <translation>
                <numerusform>كل القيود في المجاميع</numerusform>
                <numerusform>ليس في أي مجموع: قيد واحد من نوع لا يعرفه هذا الصندوق</numerusform>
                <numerusform>ليس في أي مجموع: قيدان من نوع لا يعرفه هذا الصندوق</numerusform>
                <numerusform>ليست في أي مجموع: %n قيود من نوع لا يعرفه هذا الصندوق</numerusform>
                <numerusform>ليست في أي مجموع: %n قيدًا من نوع لا يعرفه هذا الصندوق</numerusform>
                <numerusform>ليست في أي مجموع: %n قيد من نوع لا يعرفه هذا الصندوق</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>Not yet confirmed: %n entry(ies) not sent yet</source>
            <translation>
                <numerusform>كل القيود أُرسلت</numerusform>
                <numerusform>لم يتأكد بعد: قيد واحد لم يُرسل</numerusform>
                <numerusform>لم يتأكد بعد: قيدان لم يُرسلا</numerusform>
                <numerusform>لم يتأكد بعد: %n قيود لم تُرسل</numerusform>
                <numerusform>لم يتأكد بعد: %n قيدًا لم تُرسل</numerusform>
                <numerusform>لم يتأكد بعد: %n قيد لم تُرسل</numerusform>
            </translation>
        </message>
        <message>
            <source>Now</source>
            <translation>الآن</translation>
        </message>
        <message>
            <source>Opened</source>
            <translation>الفتح</translation>
        </message>
        <message>
            <source>Receipt {number}</source>
            <translation>إيصال {number}</translation>
        </message>
        <message>
            <source>Rounding of cash</source>
            <translation>تقريب النقد</translation>
        </message>
        <message>
            <source>Served by {name}</source>
            <translation>خدمك {name}</translation>
        </message>
        <message>
            <source>Tax {rate} in {gross}</source>
            <translation>ضريبة {rate} في {gross}</translation>
        </message>
        <message>
            <source>The server has all of it, but its sums differ. A manager should look at it.</source>
            <translation>كل شيء عند الخادم، لكن مجاميعه تختلف. ينبغي أن ينظر فيها مدير.</translation>
        </message>
        <message>
            <source>Total</source>
            <translation>المجموع</translation>
        </message>
        <message>
            <source>Turnover</source>
            <translation>المبيعات</translation>
        </message>
        <message>
            <source>X report</source>
            <translation>تقرير X</translation>
        </message>
        <message>
            <source>Z report</source>
            <translation>تقرير Z</translation>
        </message>
        <message>
            <source>instead of {price}</source>
            <translation>بدلًا من {price}</translation>
        </message>
        <message>
            <source>{received} of {all} received by the server</source>
            <translation>وصل إلى الخادم {received} من {all}</translation>
        </message>
    </context>
    <context>
        <name>rights</name>
        <message>
            <source>adjust stock</source>
            <translation>تعديل المخزون</translation>
        </message>
        <message>
            <source>change a price at the till</source>
            <translation>تغيير سعر على الصندوق</translation>
        </message>
        <message>
            <source>change a product</source>
            <translation>تعديل منتج</translation>
        </message>
        <message>
            <source>change the settings</source>
            <translation>تغيير الإعدادات</translation>
        </message>
        <message>
            <source>change the shop’s settings</source>
            <translation>تغيير إعدادات المتجر</translation>
        </message>
        <message>
            <source>count stock</source>
            <translation>جرد المخزون</translation>
        </message>
        <message>
            <source>decide about a count</source>
            <translation>البتّ في جرد</translation>
        </message>
        <message>
            <source>decide about a product</source>
            <translation>القرار بشأن منتج</translation>
        </message>
        <message>
            <source>discard an entry</source>
            <translation>تجاهل قيد</translation>
        </message>
        <message>
            <source>give a discount as large as this</source>
            <translation>منح خصم بهذا القدر</translation>
        </message>
        <message>
            <source>open or close a shift</source>
            <translation>فتح وردية أو إغلاقها</translation>
        </message>
        <message>
            <source>open the drawer without a sale</source>
            <translation>فتح الدرج بلا بيع</translation>
        </message>
        <message>
            <source>pay money out of the drawer</source>
            <translation>سحب نقود من الدرج</translation>
        </message>
        <message>
            <source>refund otherwise than it was paid</source>
            <translation>إرجاع المبلغ بغير طريقة دفعه</translation>
        </message>
        <message>
            <source>refund without a receipt</source>
            <translation>الإرجاع بلا إيصال</translation>
        </message>
        <message>
            <source>sell</source>
            <translation>البيع</translation>
        </message>
        <message>
            <source>send goods to another shop</source>
            <translation>إرسال بضاعة إلى متجر آخر</translation>
        </message>
        <message>
            <source>sign this till out</source>
            <translation>تسجيل خروج هذا الصندوق</translation>
        </message>
        <message>
            <source>void a sale</source>
            <translation>إلغاء بيع</translation>
        </message>
    </context>
    <context>
        <name>role</name>
        <message>
            <source>Administrator</source>
            <translation>مشرف النظام</translation>
        </message>
        <message>
            <source>Clerk</source>
            <translation>بائع</translation>
        </message>
        <message>
            <source>Manager</source>
            <translation>المدير</translation>
        </message>
    </context>
    <context>
        <name>shop settings</name>
        <message>
            <source>Days in which a receipt can be refunded</source>
            <translation>عدد الأيام التي يمكن فيها رد قيمة الإيصال</translation>
        </message>
        <message>
            <source>Discount a clerk may give alone</source>
            <translation>الخصم الذي يجوز للبائع منحه وحده</translation>
        </message>
        <message>
            <source>Largest plausible amount</source>
            <translation>أكبر مبلغ معقول</translation>
        </message>
        <message>
            <source>Largest plausible quantity</source>
            <translation>أكبر كمية معقولة</translation>
        </message>
        <message>
            <source>Lines above each receipt</source>
            <translation>أسطر أعلى كل إيصال</translation>
        </message>
        <message>
            <source>Lines below each receipt</source>
            <translation>أسطر أسفل كل إيصال</translation>
        </message>
        <message>
            <source>Managers also need a code to sign in</source>
            <translation>يسجّل المديرون والمسؤولون الدخول برمز من تطبيق</translation>
        </message>
        <message>
            <source>Payment methods</source>
            <translation>طرق الدفع</translation>
        </message>
        <message>
            <source>Prices</source>
            <translation>الأسعار</translation>
        </message>
        <message>
            <source>Refuse counts that are based on nothing</source>
            <translation>رفض عمليات الجرد التي لا تستند إلى شيء</translation>
        </message>
        <message>
            <source>Smallest coin that cash is rounded to</source>
            <translation>أصغر عملة يُقرّب النقد إليها</translation>
        </message>
        <message>
            <source>Stock is low at or below</source>
            <translation>المخزون قليل عند هذا المقدار أو أقل</translation>
        </message>
        <message>
            <source>Tax is rounded</source>
            <translation>تُقرَّب الضريبة</translation>
        </message>
        <message>
            <source>Tax rate {key}</source>
            <translation>نسبة الضريبة {key}</translation>
        </message>
        <message>
            <source>from {day} {rate}</source>
            <translation>من {day} {rate}</translation>
        </message>
        <message>
            <source>no</source>
            <translation>لا</translation>
        </message>
        <message>
            <source>not set</source>
            <translation>غير محدد</translation>
        </message>
        <message>
            <source>on each line</source>
            <translation>في كل سطر</translation>
        </message>
        <message>
            <source>once for each rate of a receipt</source>
            <translation>مرة واحدة لكل نسبة في الإيصال</translation>
        </message>
        <message>
            <source>with tax</source>
            <translation>شاملة الضريبة</translation>
        </message>
        <message>
            <source>without tax, which is added</source>
            <translation>بدون الضريبة التي تُضاف</translation>
        </message>
        <message>
            <source>yes</source>
            <translation>نعم</translation>
        </message>
    </context>
    <context>
        <name>store</name>
        <message>
            <source>Receipt numbers go on {count} further, so that none is used twice.</source>
            <translation>أرقام الإيصالات تقفز {count}، حتى لا يُستخدم رقم مرتين.</translation>
        </message>
        <message>
            <source>Some of it could not be read: compare the drawer and the receipts with the books.</source>
            <translation>تعذرت قراءة بعضها: قارن الدرج والإيصالات بالدفاتر.</translation>
        </message>
        <message>
            <source>The damaged file is kept at {path}.</source>
            <translation>الملف التالف محفوظ في {path}.</translation>
        </message>
        <message>
            <source>The disk is full. Nothing was saved; free some space and try again.</source>
            <translation>القرص ممتلئ. لم يُحفظ شيء؛ أفسح مكانًا وحاول من جديد.</translation>
        </message>
        <message>
            <source>The till's database cannot be used just now: {cause}</source>
            <translation>لا يمكن استخدام قاعدة بيانات الصندوق الآن: {cause}</translation>
        </message>
        <message>
            <source>The till's database is damaged: {cause}. Close this till and start it again: it then saves everything that can be read, and goes on.</source>
            <translation>قاعدة بيانات الصندوق تالفة: {cause}. أغلق هذا الصندوق وشغّله من جديد: عندها يحفظ كل ما يمكن قراءته ويواصل.</translation>
        </message>
        <message>
            <source>This till must be enrolled again; what it has not sent is kept.</source>
            <translation>يجب تسجيل هذا الصندوق من جديد؛ ما لم يرسله محفوظ.</translation>
        </message>
        <message>
            <source>This till's database was damaged and was set aside. {entries} entries were saved from it, {waiting} of them not sent yet.</source>
            <translation>كانت قاعدة بيانات هذا الصندوق تالفة فوُضعت جانبًا. القيود المحفوظة منها: {entries}، ومنها لم يُرسل بعد: {waiting}.</translation>
        </message>
    </context>
    <context>
        <name>unit</name>
        <message>
            <source>Kilogram</source>
            <translation>كيلوغرام</translation>
        </message>
        <message>
            <source>Piece</source>
            <translation>قطعة</translation>
        </message>
        <message>
            <source>{figure} kg</source>
            <translation>{figure} كغ</translation>
        </message>
        <message>
            <source>{price} a kg</source>
            <translation>‏{price} للكيلو</translation>
        </message>
        <message>
            <source>{price} each</source>
            <translation>‏{price} للقطعة</translation>
        </message>
    </context>
</TS>
