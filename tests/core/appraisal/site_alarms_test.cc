#include "core/appraisal/site_alarms.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/support/quantities.h"

namespace earshot {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

DeviceAlarm Alarm(std::uint8_t device, std::string site, int hours,
                  std::initializer_list<const char*> slowed) {
  DeviceAlarm alarm;
  alarm.device = NumberedDevice(device);
  alarm.site = std::move(site);
  alarm.at = MonotonicInstant() + std::chrono::hours(hours);
  for (const char* id : slowed) alarm.slowed.emplace_back(id);
  return alarm;
}

std::vector<DeviceAlarm> BadLink(std::uint8_t devices) {
  std::vector<DeviceAlarm> alarms;
  for (std::uint8_t i = 0; i < devices; ++i) alarms.push_back(Alarm(i, "jurong", i % 3, {"a", "b"}));
  return alarms;
}

TEST(GroupBySite, OneBadLinkIsOneSiteAlarmThatListsEveryDevice) {
  const auto grouped = GroupBySite(BadLink(200), {{"jurong", 220}}, SiteRule());
  ASSERT_THAT(grouped.sites, SizeIs(1));
  EXPECT_THAT(grouped.devices, IsEmpty());
  const SiteAlarm& alarm = grouped.sites[0];
  EXPECT_EQ(alarm.site, "jurong");
  EXPECT_EQ(alarm.enrolled, 220U);
  EXPECT_THAT(alarm.devices, SizeIs(200));
  EXPECT_THAT(alarm.slowed, ElementsAre(LandmarkId("a"), LandmarkId("b")));
  EXPECT_EQ(alarm.last - alarm.first, std::chrono::hours(2));
}

TEST(GroupBySite, LessThanTheShareStaysSingle) {
  EXPECT_THAT(GroupBySite(BadLink(109), {{"jurong", 220}}, SiteRule()).devices, SizeIs(109));
  EXPECT_THAT(GroupBySite(BadLink(110), {{"jurong", 220}}, SiteRule()).sites, SizeIs(1));
}

TEST(GroupBySite, TwoDevicesAreNoSite) {
  EXPECT_THAT(GroupBySite(BadLink(2), {{"jurong", 2}}, SiteRule()).sites, IsEmpty());
  EXPECT_THAT(GroupBySite(BadLink(3), {{"jurong", 3}}, SiteRule()).sites, SizeIs(1));
}

TEST(GroupBySite, OneDeviceThatAlarmsOftenIsNoSite) {
  std::vector<DeviceAlarm> alarms;
  for (int hour = 0; hour < 40; ++hour) alarms.push_back(Alarm(1, "jurong", hour, {"a"}));
  EXPECT_THAT(GroupBySite(alarms, {{"jurong", 3}}, SiteRule()).sites, IsEmpty());
  EXPECT_THAT(GroupBySite(alarms, {}, SiteRule()).devices, SizeIs(40));
}

TEST(GroupBySite, AlarmsFurtherApartThanTheWindowStaySingle) {
  std::vector<DeviceAlarm> alarms = {Alarm(1, "jurong", 0, {"a"}), Alarm(2, "jurong", 48, {"a"}),
                                     Alarm(3, "jurong", 48, {"a"})};
  EXPECT_THAT(GroupBySite(alarms, {{"jurong", 4}}, SiteRule()).sites, SizeIs(1));
  alarms[2].at += Duration(1);
  EXPECT_THAT(GroupBySite(alarms, {{"jurong", 4}}, SiteRule()).devices, SizeIs(3));
}

TEST(GroupBySite, UnlikeSignaturesAreNotOneLink) {
  std::vector<DeviceAlarm> alarms = {Alarm(1, "jurong", 0, {"a", "b"}),
                                     Alarm(2, "jurong", 0, {"c", "d"}),
                                     Alarm(3, "jurong", 0, {"e"}), Alarm(4, "jurong", 0, {"a", "c"})};
  EXPECT_THAT(GroupBySite(alarms, {{"jurong", 4}}, SiteRule()).devices, SizeIs(4));
  for (DeviceAlarm& alarm : alarms) alarm.slowed.insert(alarm.slowed.begin(), LandmarkId("A"));
  alarms[1].slowed = alarms[3].slowed = alarms[0].slowed;
  EXPECT_THAT(GroupBySite(alarms, {{"jurong", 4}}, SiteRule()).sites, SizeIs(1));
}

TEST(GroupBySite, MoverAmongABadLinkKeepsAnAlarmOfItsOwn) {
  auto alarms = BadLink(10);
  alarms.push_back(Alarm(77, "jurong", 1, {"x", "y", "z"}));
  const auto grouped = GroupBySite(alarms, {{"jurong", 12}}, SiteRule());
  EXPECT_THAT(grouped.sites, SizeIs(1));
  ASSERT_THAT(grouped.devices, SizeIs(1));
  EXPECT_EQ(grouped.devices[0].device, NumberedDevice(77));
}

TEST(GroupBySite, SitesDoNotAnswerForOneAnother) {
  std::vector<DeviceAlarm> alarms;
  for (std::uint8_t i = 0; i < 8; ++i) {
    alarms.push_back(Alarm(i, std::string("site-") + std::to_string(i), 0, {"a"}));
  }
  EXPECT_THAT(GroupBySite(alarms, {}, SiteRule()).devices, SizeIs(8));
}

TEST(GroupBySite, OrderOfTheAlarmsDoesNotMatter) {
  auto alarms = BadLink(20);
  alarms.push_back(Alarm(30, "changi", 1, {"q"}));
  const auto one = GroupBySite(alarms, {{"jurong", 20}}, SiteRule());
  std::ranges::reverse(alarms);
  std::swap(alarms[3], alarms[9]);
  const auto other = GroupBySite(alarms, {{"jurong", 20}}, SiteRule());
  ASSERT_THAT(other.sites, SizeIs(1));
  EXPECT_EQ(one.sites[0].devices, other.sites[0].devices);
  EXPECT_EQ(one.sites[0].first, other.sites[0].first);
  EXPECT_EQ(one.devices[0].device, other.devices[0].device);
}

TEST(GroupBySite, NoAlarmsAreNoAlarms) {
  const auto grouped = GroupBySite({}, {{"jurong", 20}}, SiteRule());
  EXPECT_THAT(grouped.sites, IsEmpty());
  EXPECT_THAT(grouped.devices, IsEmpty());
}

TEST(SiteDetector, IsTheMeanSoThatOneDeviceCannotRingForAll) {
  const std::vector<double> one = {1000, 0, 0, 0};
  EXPECT_EQ(SiteDetector(one), 250.0);
  EXPECT_EQ(SiteDetector({}), 0.0);
}

}  // namespace
}  // namespace earshot
