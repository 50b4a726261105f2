"""What the kernel declares about messages: the ways out, who may see the log, the inbox of the frame."""

from datetime import timedelta

from chengyun.kernel import registry
from chengyun.kernel.notify import adapters, dispatching, hooks, mail
from chengyun.kernel.notify.queries import LOG, RULE, unread_of
from chengyun.kernel.notify.specs import Channel
from chengyun.kernel.specs import Act, Periodic, Permission
from chengyun.kernel.ui.specs import Landmark

BOUGHT = (
    ("sms", "短信", "tel"),
    ("wecom", "企业微信", ""),
    ("dingtalk", "钉钉", ""),
)

registry.add(
    Channel(
        key="email",
        label="邮件",
        field="email",
        scheme="mailto",
        lacking="没有登记邮箱",
        connected=mail.connected,
        send=mail.send,
        digests=True,
        order=1,
    ),
    *(
        Channel(
            key=key,
            label=label,
            field="phone",
            scheme=scheme,
            lacking="没有登记电话",
            connected=adapters.connected(key),
            send=adapters.sender(key),
            order=order,
        )
        for order, (key, label, scheme) in enumerate(BOUGHT, start=2)
    ),
    Channel(
        key="webhook",
        label="对外推送",
        field="",
        scheme="",
        lacking="推送地址已停用",
        connected=lambda: True,
        send=hooks.send,
        order=9,
    ),
    Permission(key=LOG, label="查看消息记录和重发", group="应用维护"),
    Permission(key=RULE, label="设置消息规则和对外推送", group="应用维护"),
    Act(key="message.preference", label="修改消息设置"),
    Act(key="message.rule", label="修改消息规则"),
    Act(key="message.resend", label="重发消息"),
    Act(key="event.resend", label="重新投递事件"),
    Act(key="endpoint.add", label="新增推送地址"),
    Act(key="endpoint.change", label="修改推送地址"),
    Act(key="endpoint.key", label="更换推送密钥"),
    Act(key="endpoint.end", label="停用推送地址"),
    Landmark(key="inbox", label="消息", url="notify:inbox", count=lambda user: unread_of(user.pk)),
    Periodic(
        key="notify.deliver",
        label="发送消息",
        every=timedelta(seconds=1),
        run=dispatching.deliver_due,
        lane="carriers",
    ),
)
