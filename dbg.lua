local mview=require"mview"
for h=0,65535 do
  local v=mview(string.pack(">I2",h),">T{e:x:}")
  local w=mview.new(">T{e:x:}",1):fill(v[1])
  if w:tobytes()~=v:tobytes() and v[1].x==v[1].x then print(h,v[1].x,w:hex()) end
end
